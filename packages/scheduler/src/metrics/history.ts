import type { Keys } from '@drover/shared/keys';
import type { Metrics } from '@drover/shared/metrics/metrics';
import type { RedisClient } from '@drover/shared/redis/client';
import { readHistoryLag } from '../history/lag.ts';
import { systemMetrics } from './definitions.ts';

/** How far the history is behind. */
export const measureHistory = (
  metrics: Metrics,
  { partitions, ...store }: { redis: RedisClient; keys: Keys; partitions: number },
): void => {
  const waiting = metrics.gauge(systemMetrics.historyWaiting);
  const lag = metrics.gauge(systemMetrics.historyLag);
  const places = Array.from({ length: partitions }, (_, partition) => partition);

  metrics.onScrape({
    name: 'history',
    sets: [waiting, lag],
    collect: async () => {
      let furthestMs = 0;
      await Promise.all(
        places.map(async (partition) => {
          for (const { queue, entries, oldestMs } of await readHistoryLag(store, partition)) {
            waiting.inc({ queue }, entries);
            furthestMs = Math.max(furthestMs, oldestMs);
          }
        }),
      );
      lag.set(furthestMs / 1_000);
    },
  });
};
