import type { ScheduleDefinition } from '@drover/jobs/schedules/definition';
import type { Metrics } from '@drover/shared/metrics/metrics';
import type { Stores } from '@drover/shared/stores';
import { measureHistory } from './history.ts';
import { measureDeadLetters, measureQueues, type QueueParts } from './queues.ts';
import { measureSchedules } from './schedules.ts';
import { measurePostgres, measureRedis } from './stores.ts';
import { measureWorkers } from './workers.ts';

export interface SystemParts extends QueueParts {
  stores: Pick<Stores, 'redis' | 'pool' | 'keys'>;
  declared: readonly ScheduleDefinition[];
  /** Whether the changes of jobs are recorded. */
  hasHistory: boolean;
}

/**
 * What is true of the system as a whole. Schedulers tell it and nobody else: there are few of them, and
 * always one. It is read when Prometheus asks, so each of several tells the same.
 */
export const measureSystem = (metrics: Metrics, parts: SystemParts): void => {
  const { stores, partitions, declared } = parts;
  const { redis, keys, pool } = stores;
  measureQueues(metrics, parts);
  measureDeadLetters(metrics, parts);
  measureWorkers(metrics, { redis, keys });
  measureSchedules(metrics, { redis, keys, declared });
  measureRedis(metrics, redis);
  measurePostgres(metrics, pool);
  if (parts.hasHistory) measureHistory(metrics, { redis, keys, partitions });
};
