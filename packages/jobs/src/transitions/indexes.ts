import type { JobAddress } from '@drover/shared/job-id';
import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';

/**
 * Sorted sets beside BullMQ's that tell apart what it keeps together: `retrying` among the delayed
 * jobs (score: when each is due), `canceled` and `expired` among the failed (score: when each ended).
 * They serve for counting: a process that dies may leave an entry too many, which ages out.
 */
type Stores = { redis: RedisClient; keys: Keys };

/** How long after its time an entry of `retrying` is taken to be left over, in milliseconds. */
const leftOverMs = 3_600_000;

const keyOf = ({ keys }: Stores, { queue, partition }: JobAddress, index: string) =>
  keys.inQueue(queue, partition, index);

/**
 * Notes that the job waits for its next attempt.
 * @returns whether it was canceled while it ran: then it must not wait.
 */
export const noteRetrying = async (
  stores: Stores,
  job: JobAddress,
  dueAt: number,
): Promise<boolean> => {
  const key = keyOf(stores, job, 'retrying');
  const replies = await stores.redis
    .pipeline()
    .zadd(key, dueAt, job.id)
    .zremrangebyscore(key, '-inf', Date.now() - leftOverMs)
    .hget(keyOf(stores, job, job.id), 'withdrawn')
    .exec();
  return replies?.[2]?.[1] === 'canceled';
};

/** Notes that the job has begun its next attempt. */
export const noteRetried = async (stores: Stores, job: JobAddress): Promise<void> => {
  await stores.redis.zrem(keyOf(stores, job, 'retrying'), job.id);
};

/** Notes that the job was canceled or has expired; forgets those that are kept no more. */
export const noteWithdrawn = async (
  stores: Stores,
  job: JobAddress,
  why: 'canceled' | 'expired',
  keepMs: number,
): Promise<void> => {
  const key = keyOf(stores, job, why);
  const now = Date.now();
  await stores.redis
    .pipeline()
    .zadd(key, now, job.id)
    .zremrangebyscore(key, '-inf', now - keepMs)
    .exec();
};
