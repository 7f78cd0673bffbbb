import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { Stores } from '../stores.ts';
import type { Role } from './define-metric.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { measureProcess } from './process-metrics.ts';

/** The measures of a process; undefined where it is configured to have none. */
export const configuredMetrics = (
  role: Role,
  config: Config,
  { redis, pool }: Pick<Stores, 'redis' | 'pool'>,
  log: Log,
): Metrics | undefined => {
  if (!config.metrics.enabled) return undefined;
  const metrics = createMetrics({ role, log });
  measureProcess(metrics, { redis, pool, dataDir: config.dataDir });
  return metrics;
};
