import { countDeadLetters } from '@drover/jobs/dead-letters/groups';
import { deadLettersOf } from '@drover/jobs/dead-letters/place';
import { queueNames } from '@drover/jobs/definition/queues';
import type { LimitsByQueue } from '@drover/jobs/operations/configured-limits';
import { readFigures } from '@drover/jobs/operations/queue-figures';
import { readQueueStatuses } from '@drover/jobs/operations/queue-status';
import { schedulePartition, scheduleQueue } from '@drover/jobs/schedules/place';
import { settleQueue } from '@drover/jobs/settling/settle-job';
import type { Metrics } from '@drover/shared/metrics/metrics';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { systemMetrics } from './definitions.ts';

export interface QueueParts {
  queues: QueueSet;
  partitions: number;
  /** What is configured of the queues. */
  configured: LimitsByQueue;
}

/** The queues of Drover's own work, and where they are. */
const internalPlaces = (partitions: number) => [
  ...Array.from({ length: partitions }, (_, partition) => ({ queue: settleQueue, partition })),
  { queue: scheduleQueue, partition: schedulePartition },
];

/** What waits, runs and lies in the queues, over all partitions. */
export const measureQueues = (
  metrics: Metrics,
  { queues, partitions, configured }: QueueParts,
): void => {
  const places = { redis: queues.redis, keys: queues.keys, partitions, configured };
  const jobs = metrics.gauge(systemMetrics.jobs);
  const oldest = metrics.gauge(systemMetrics.oldest);
  const paused = metrics.gauge(systemMetrics.paused);

  const collectOwn = async () => {
    const now = Date.now();
    await Promise.all(
      internalPlaces(partitions).map(async ({ queue, partition }) => {
        const figures = await readFigures(places, queue, partition, now);
        jobs.inc({ queue, state: 'queued' }, figures.waiting);
        jobs.inc({ queue, state: 'running' }, figures.active);
        jobs.inc({ queue, state: 'scheduled' }, figures.delayed);
        jobs.inc({ queue, state: 'blocked' }, figures.waitingChildren);
      }),
    );
  };

  const collectAll = async () => {
    for (const status of await readQueueStatuses(places)) {
      const { name: queue } = status;
      for (const [state, count] of Object.entries(status.counts)) jobs.set({ queue, state }, count);
      oldest.set({ queue }, (status.oldestQueuedMs ?? 0) / 1_000);
      paused.set({ queue }, status.paused ? 1 : 0);
    }
  };

  metrics.onScrape({
    name: 'queues',
    sets: [jobs, oldest, paused],
    collect: async () => {
      await Promise.all([collectAll(), collectOwn()]);
    },
  });
};

/** How many dead letters there are. */
export const measureDeadLetters = (
  metrics: Metrics,
  { queues, partitions }: Pick<QueueParts, 'queues' | 'partitions'>,
): void => {
  const letters = deadLettersOf(queues, partitions);
  const gauge = metrics.gauge(systemMetrics.deadLetters);
  metrics.onScrape({
    name: 'dead-letters',
    sets: [gauge],
    collect: async () => {
      await Promise.all(
        queueNames.map(async (queue) => {
          gauge.set({ queue }, await countDeadLetters(letters, { tenant: null, queue }));
        }),
      );
    },
  });
};
