import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';

/** Every finished job is kept for this long at least, so that the history can record how it ended; milliseconds. */
export const leastKeptMs = 60_000;

/**
 * Keeps a finished job for as long as its submission asks. BullMQ removes the finished jobs whose
 * score, their time of finishing, is older than the default; a job that is to be kept for longer or
 * shorter gets a score that is as much later or earlier.
 */
export const keepFor = async (
  { redis, keys }: Pick<QueueSet, 'redis' | 'keys'>,
  { id, queue, partition }: JobAddress,
  finished: {
    set: 'completed' | 'failed';
    finishedOn: number;
    retentionMs: number | undefined;
    defaultMs: number;
  },
): Promise<void> => {
  const { set, finishedOn, retentionMs, defaultMs } = finished;
  if (retentionMs === undefined) return;
  const score = finishedOn + Math.max(leastKeptMs, retentionMs) - defaultMs;
  await redis.zadd(keys.inQueue(queue, partition, set), 'XX', score, id);
};
