import { defineMetric, roles } from './define-metric.ts';

/** What every process tells of itself. */
export const processMetrics = {
  info: defineMetric({
    name: 'drover_info',
    kind: 'gauge',
    help: 'The version of Drover; always 1.',
    labels: ['version'],
    by: roles,
  }),
  redisConnected: defineMetric({
    name: 'drover_redis_connected',
    kind: 'gauge',
    help: 'Whether the process is connected to Redis (1) or not (0).',
    labels: [],
    by: roles,
  }),
  poolConnections: defineMetric({
    name: 'drover_postgres_pool_connections',
    kind: 'gauge',
    help: 'Connections to Postgres that the process holds, by what they do: `busy` or `idle`.',
    labels: ['state'],
    by: roles,
  }),
  poolMax: defineMetric({
    name: 'drover_postgres_pool_max_connections',
    kind: 'gauge',
    help: 'Most connections to Postgres that the process may hold (DATABASE_POOL_MAX).',
    labels: [],
    by: roles,
  }),
  poolWaiting: defineMetric({
    name: 'drover_postgres_pool_waiting_queries',
    kind: 'gauge',
    help: 'Queries of the process that wait for a connection.',
    labels: [],
    by: roles,
  }),
  diskFree: defineMetric({
    name: 'drover_disk_free_bytes',
    kind: 'gauge',
    help: 'What is free on the disk of DATA_DIR.',
    labels: [],
    by: roles,
  }),
  memoryAvailable: defineMetric({
    name: 'drover_memory_available_bytes',
    kind: 'gauge',
    help: 'Memory that the process could still get, the limit of its container included.',
    labels: [],
    by: roles,
  }),
};

/** What the processes tell of their caches: those of API and workers. */
const by = ['api', 'worker'] as const;

export const cacheMetrics = {
  reads: defineMetric({
    name: 'drover_cache_reads_total',
    kind: 'counter',
    help: 'Reads of a cache, by what came of them: `memory` and `redis` (found there, fresh), `stale` (served past its time), `miss` (nothing to serve: loaded).',
    labels: ['cache', 'result'],
    by,
  }),
  loads: defineMetric({
    name: 'drover_cache_loads_total',
    kind: 'counter',
    help: 'Loaders that were run, by outcome: `loaded` or `failed`.',
    labels: ['cache', 'outcome'],
    by,
  }),
  loadSeconds: defineMetric({
    name: 'drover_cache_load_seconds_total',
    kind: 'counter',
    help: 'Time that loaders took, summed up; over the number of loads it is their mean.',
    labels: ['cache'],
    by,
  }),
  refused: defineMetric({
    name: 'drover_cache_refused_values_total',
    kind: 'counter',
    help: 'Values that were too large to keep.',
    labels: ['cache'],
    by,
  }),
  redisErrors: defineMetric({
    name: 'drover_cache_redis_errors_total',
    kind: 'counter',
    help: 'Calls that went without Redis because it was away.',
    labels: ['cache'],
    by,
  }),
  memory: defineMetric({
    name: 'drover_cache_memory_bytes',
    kind: 'gauge',
    help: 'Memory that copies of cached values take in the process, roughly (CACHE_MEMORY_BYTES is the most).',
    labels: [],
    by,
  }),
};
