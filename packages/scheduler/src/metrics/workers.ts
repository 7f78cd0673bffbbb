import { countLostWorkers, listWorkers } from '@drover/jobs/operations/worker-record';
import type { Keys } from '@drover/shared/keys';
import type { Metrics } from '@drover/shared/metrics/metrics';
import type { RedisClient } from '@drover/shared/redis/client';
import { systemMetrics } from './definitions.ts';

/** Which workers live, and how many have been lost. */
export const measureWorkers = (
  metrics: Metrics,
  store: { readonly redis: RedisClient; readonly keys: Keys },
): void => {
  const workers = metrics.gauge(systemMetrics.workers);
  const lost = metrics.counter(systemMetrics.workersLost);
  metrics.onScrape({
    name: 'worker-records',
    sets: [workers, lost],
    collect: async () => {
      const [alive, count] = await Promise.all([listWorkers(store), countLostWorkers(store)]);
      // Named even where there are none: an alert cannot tell nothing from no answer.
      for (const state of ['running', 'stopping'] as const) {
        workers.set({ state }, alive.filter((worker) => worker.state === state).length);
      }
      lost.inc(count);
    },
  });
};
