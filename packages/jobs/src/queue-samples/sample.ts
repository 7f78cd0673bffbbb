import { queueNames } from '../definition/queues.ts';
import { type QueueFigures, readFigures } from '../operations/queue-figures.ts';
import type { QueuePlaces } from '../operations/queue-status.ts';

/** Time between two samples, in milliseconds; they are taken at multiples of it. */
export const sampleEveryMs = 10_000;

/** The moment that a sample taken now is of. */
export const sampleSlot = (now: number): number => now - (now % sampleEveryMs);

/** How full the queues are, all together, over all their partitions. */
export interface LoadSample {
  readonly queued: number;
  readonly running: number;
  /** Since the queues were made. */
  readonly succeededTotal: number;
  /** The same, with those that a worker found canceled or expired. */
  readonly failedTotal: number;
}

/** A sample of all queues, of one moment. */
export const takeSample = async (places: QueuePlaces, now: number): Promise<LoadSample> => {
  const figures = await Promise.all(
    queueNames.flatMap((queue) =>
      Array.from({ length: places.partitions }, (_, partition) =>
        readFigures(places, queue, partition, now),
      ),
    ),
  );
  const sum = (of: (one: QueueFigures) => number) =>
    figures.reduce((total, one) => total + of(one), 0);
  return {
    queued: sum(({ waiting }) => waiting),
    running: sum(({ active }) => active),
    succeededTotal: sum(({ completedByMinute }) => completedByMinute.count),
    failedTotal: sum(({ failedByMinute }) => failedByMinute.count),
  };
};
