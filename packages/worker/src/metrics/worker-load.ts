import type { Metrics } from '@drover/shared/metrics/metrics';
import type { QueueWorker } from '../queue-worker.ts';
import { workerMetrics } from './definitions.ts';

/** How many jobs a process runs of each queue, of how many, over all partitions. */
export const measureLoad = (metrics: Metrics, workers: readonly QueueWorker[]): void => {
  const running = metrics.gauge(workerMetrics.running);
  const concurrency = metrics.gauge(workerMetrics.concurrency);
  metrics.onScrape({
    name: 'workers',
    sets: [running, concurrency],
    collect: () => {
      for (const worker of workers) {
        const load = worker.load();
        running.inc({ queue: worker.queue }, load.running);
        concurrency.inc({ queue: worker.queue }, load.concurrency);
      }
    },
  });
};
