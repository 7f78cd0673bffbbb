import type { Caches } from '../cache/cache.ts';
import type { Metrics } from './metrics.ts';
import { cacheMetrics } from './process-definitions.ts';

/** What the caches of a process have counted since its start. The names of caches stand in the code. */
export const measureCaches = (
  metrics: Metrics,
  caches: Pick<Caches, 'stats' | 'memoryBytes'>,
): void => {
  const reads = metrics.counter(cacheMetrics.reads);
  const loads = metrics.counter(cacheMetrics.loads);
  const loadSeconds = metrics.counter(cacheMetrics.loadSeconds);
  const refused = metrics.counter(cacheMetrics.refused);
  const redisErrors = metrics.counter(cacheMetrics.redisErrors);
  const memory = metrics.gauge(cacheMetrics.memory);

  metrics.onScrape({
    name: 'caches',
    sets: [reads, loads, loadSeconds, refused, redisErrors, memory],
    collect: () => {
      memory.set(caches.memoryBytes);
      for (const [cache, stats] of Object.entries(caches.stats())) {
        reads.inc({ cache, result: 'memory' }, stats.memoryHits);
        reads.inc({ cache, result: 'redis' }, stats.redisHits);
        reads.inc({ cache, result: 'stale' }, stats.stale);
        reads.inc({ cache, result: 'miss' }, stats.misses);
        loads.inc({ cache, outcome: 'loaded' }, stats.loads - stats.loadErrors);
        loads.inc({ cache, outcome: 'failed' }, stats.loadErrors);
        loadSeconds.inc({ cache }, stats.loadMs / 1_000);
        refused.inc({ cache }, stats.refused);
        redisErrors.inc({ cache }, stats.redisErrors);
      }
    },
  });
};
