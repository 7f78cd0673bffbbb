import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import type { EventStream } from './streams.ts';

/** Jobs of a page, about. */
const pageSize = 500;

/** Where BullMQ keeps jobs that have not ended, and those that have. */
const lists = ['wait', 'active'] as const;
const openSets = ['prioritized', 'delayed', 'waiting-children'] as const;
const endedSets = ['completed', 'failed'] as const;

/** Ids of jobs, and whether they have ended. */
export interface HeldJobs {
  readonly ids: readonly string[];
  readonly haveEnded: boolean;
}

/**
 * Every job that a queue holds in one partition, page by page. One that stays where it is while they are
 * read comes at least once; one that moves meanwhile is told of by BullMQ's events.
 */
export async function* heldJobs(
  { redis, keys }: { redis: RedisClient; keys: Keys },
  { queue, partition }: EventStream,
): AsyncGenerator<HeldJobs> {
  const keyOf = (name: string) => keys.inQueue(queue, partition, name);

  for (const name of lists) {
    for (let from = 0; ; from += pageSize) {
      const ids = await redis.lrange(keyOf(name), from, from + pageSize - 1);
      if (ids.length === 0) break;
      yield { ids, haveEnded: false };
    }
  }

  for (const name of [...openSets, ...endedSets]) {
    const haveEnded = (endedSets as readonly string[]).includes(name);
    let cursor = '0';
    do {
      const [next, flat] = await redis.zscan(keyOf(name), cursor, 'COUNT', pageSize);
      cursor = next;
      const ids = flat.filter((_, n) => n % 2 === 0);
      if (ids.length > 0) yield { ids, haveEnded };
    } while (cursor !== '0');
  }
}
