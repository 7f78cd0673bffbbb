import { parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { discardFailed } from './discard.ts';
import { countDeadLetters } from './groups.ts';
import { listDeadLetters } from './list.ts';

/** Jobs that one step removes, at least, where there are as many. */
export const evictedAtOnce = 100;

interface Queue {
  queue: string;
  partition: number;
}

/**
 * Removes failed jobs whose time is over, with their dead letters. BullMQ does so only when the next
 * job of the queue fails, and knows nothing of the letters.
 * What cannot be removed, as ids that are not ours, keeps nothing that comes after it.
 * @returns how many were removed; {@link evictedAtOnce} or more means that there may be others.
 */
export const evictOld = async (
  queues: QueueSet,
  { queue, partition }: Queue,
  keepFailedMs: number,
): Promise<number> => {
  const { redis, keys } = queues;
  const failed = keys.inQueue(queue, partition, 'failed');
  const cutoff = Date.now() - keepFailedMs;
  const remove = async (id: string): Promise<boolean> => {
    const address = parseJobId(id);
    if (!address) return false;
    const finishedOn = await redis.hget(keys.inQueue(queue, partition, id), 'finishedOn');
    return finishedOn !== null && discardFailed(queues, address, Number(finishedOn));
  };
  let removed = 0;
  let left = 0;
  while (removed < evictedAtOnce) {
    const range = [failed, '-inf', `(${cutoff}`, 'LIMIT', left, evictedAtOnce] as const;
    const ids = await redis.zrangebyscore(...range);
    if (ids.length === 0) break;
    const gone = (await Promise.all(ids.map(remove))).filter(Boolean).length;
    removed += gone;
    left += ids.length - gone;
  }
  return removed;
};

/**
 * Removes the oldest dead letters of a queue beyond a number, with their jobs.
 * @returns how many were removed; {@link evictedAtOnce} means that there may be more.
 */
export const evictSurplus = async (
  queues: QueueSet,
  { queue, partition }: Queue,
  max: number,
): Promise<number> => {
  const letters = { queues, partitions: [partition] };
  const filter = { tenant: null, queue };
  const surplus = (await countDeadLetters(letters, filter)) - max;
  if (surplus <= 0) return 0;
  const oldest = await listDeadLetters(letters, filter, {
    order: 'oldest-first',
    limit: Math.min(surplus, evictedAtOnce),
  });
  const removed = await Promise.all(
    oldest.map(({ id, at }) => discardFailed(queues, { id, queue, partition }, at)),
  );
  return removed.filter(Boolean).length;
};
