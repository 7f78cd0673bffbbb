import { listDeadLetters } from '@drover/jobs/dead-letters/list';
import { deadLettersOf } from '@drover/jobs/dead-letters/place';
import { parseJobId } from '@drover/shared/job-id';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createQueueSet, type QueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { inject } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { createTidy, type TidyOptions } from '../src/dead-letters/tidy.ts';

/** Queues of a test, and the dead letters in them. */
export interface Letters extends AsyncDisposable {
  readonly queues: QueueSet;
  /** Ids of all, the oldest first. */
  ids(): Promise<string[]>;
  /** One round of a scheduler process of its own. */
  tidy(options?: Partial<TidyOptions>): ReturnType<ReturnType<typeof createTidy>>;
  exists(id: string): Promise<boolean>;
}

export const partitions = 2;

/** @param prefix of the keys; default: one that no other test uses. */
export const openLetters = (prefix = randomPrefix()): Letters => {
  const log = silentLog();
  const redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
  const queues = createQueueSet({ redis, keys: createKeys(prefix), log });
  const letters = deadLettersOf(queues, partitions);
  const defaults = { queues, partitions, keepFailedMs: 86_400_000, max: 1_000 };
  return {
    queues,
    ids: async () => {
      const page = { order: 'oldest-first', limit: 10_000 } as const;
      return (await listDeadLetters(letters, { tenant: null }, page)).map(({ id }) => id);
    },
    tidy: (options) => createTidy({ ...defaults, ...options })(new AbortController().signal),
    exists: async (id) => {
      const { queue, partition } = parseJobId(id) ?? { queue: '', partition: 0 };
      return (await redis.exists(queues.keys.inQueue(queue, partition, id))) === 1;
    },
    [Symbol.asyncDispose]: async () => {
      await queues.stop(deadlineIn(1_000));
      await redisComponent(redis).stop(deadlineIn(1_000));
    },
  };
};
