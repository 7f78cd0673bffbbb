import { Redis } from 'ioredis';
import { parseJobId } from '../../../packages/shared/src/job-id.ts';
import { createKeys } from '../../../packages/shared/src/keys.ts';
import { keyPrefix, partitions } from '../processes/fleet.ts';

/** Where BullMQ keeps jobs, with the command that lists them. */
const places = {
  wait: 'list',
  paused: 'list',
  active: 'list',
  prioritized: 'set',
  delayed: 'set',
  'waiting-children': 'set',
  completed: 'set',
  failed: 'set',
} as const;
const unfinished = ['wait', 'active', 'prioritized', 'delayed', 'waiting-children'] as const;

const queues = ['demo', 'mail'] as const;

/** A job as Redis holds it, read past all of Drover. */
export interface StoredJob {
  readonly id: string;
  /** The number in its payload. */
  readonly n: number;
  /** Every list and set that it is in. */
  readonly places: readonly string[];
  /** How often a worker has claimed it. */
  readonly claims: number;
}

/** The Redis of a run, looked at directly. */
export interface Inspector extends Disposable {
  /** How many jobs are not finished. */
  countUnfinished(): Promise<number>;
  /** Every job there is, in whatever place or none. */
  readAll(): Promise<StoredJob[]>;
}

const keys = createKeys(keyPrefix);
const eachQueue = queues.flatMap((queue) =>
  Array.from({ length: partitions }, (_, partition) => ({ queue, partition })),
);
type Where = (typeof eachQueue)[number];

const keyOf = ({ queue, partition }: Where, name: string) => keys.inQueue(queue, partition, name);

const membersOf = (redis: Redis, where: Where, place: keyof typeof places): Promise<string[]> =>
  places[place] === 'list'
    ? redis.lrange(keyOf(where, place), 0, -1)
    : redis.zrange(keyOf(where, place), '0', '-1');

const placesByJob = async (redis: Redis, where: Where): Promise<Map<string, string[]>> => {
  const found = new Map<string, string[]>();
  for (const place of Object.keys(places) as (keyof typeof places)[]) {
    for (const id of await membersOf(redis, where, place)) {
      const those = found.get(id) ?? [];
      found.set(id, [...those, place]);
    }
  }
  return found;
};

/** Ids of all hashes of jobs, also of those that no list or set names. */
const idsOf = async (redis: Redis, where: Where): Promise<Set<string>> => {
  const prefix = keyOf(where, '');
  const ids = new Set<string>();
  const scan = redis.scanStream({ match: `${prefix}${where.queue}.*`, type: 'hash', count: 1_000 });
  for await (const names of scan) {
    for (const name of names as string[]) {
      const id = name.slice(prefix.length);
      if (parseJobId(id)) ids.add(id);
    }
  }
  return ids;
};

const numberOf = (data: string | null | undefined): number => {
  const { payload } = JSON.parse(data ?? '{}') as { payload?: { n?: number } };
  return payload?.n ?? -1;
};

const readQueue = async (redis: Redis, where: Where): Promise<StoredJob[]> => {
  const places = await placesByJob(redis, where);
  const ids = new Set([...places.keys(), ...(await idsOf(redis, where))]);
  return Promise.all(
    [...ids].map(async (id) => {
      const [data, claims] = await redis.hmget(keyOf(where, id), 'data', 'ats');
      return { id, n: numberOf(data), places: places.get(id) ?? [], claims: Number(claims ?? 0) };
    }),
  );
};

/** @param url of Redis itself, not of a proxy before it. */
export const inspectRedis = (url: string): Inspector => {
  const redis = new Redis(url);
  // It is killed now and then, and comes back.
  redis.on('error', () => undefined);
  return {
    countUnfinished: async () => {
      const counts = await Promise.all(
        eachQueue.flatMap((where) =>
          unfinished.map((place) =>
            places[place] === 'list'
              ? redis.llen(keyOf(where, place))
              : redis.zcard(keyOf(where, place)),
          ),
        ),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
    readAll: async () => {
      const all = await Promise.all(eachQueue.map((where) => readQueue(redis, where)));
      return all.flat();
    },
    [Symbol.dispose]: () => redis.disconnect(),
  };
};
