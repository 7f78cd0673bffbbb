import { createCatalog, jobTypes } from '@drover/jobs/catalog';
import type { JobType } from '@drover/jobs/definition/define-job';
import { historyConnections } from '@drover/jobs/history/connections';
import { configuredLimits } from '@drover/jobs/operations/configured-limits';
import { createSchedulePlace } from '@drover/jobs/schedules/place';
import { viewRefresh } from '@drover/jobs/view-refresh';
import { views } from '@drover/jobs/views/registry';
import { createWebhookDirectory } from '@drover/jobs/webhooks/directory';
import { createArtifactStore } from '@drover/shared/artifacts/configured-store';
import { createCaches } from '@drover/shared/cache/create-caches';
import type { Config } from '@drover/shared/config';
import { createPool, poolComponent } from '@drover/shared/database/pool';
import { createReachability } from '@drover/shared/egress/reachability';
import { type Check, diskCheck, memoryCheck } from '@drover/shared/health/checks';
import { createReadiness } from '@drover/shared/health/readiness';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import { measureCaches } from '@drover/shared/metrics/cache-metrics';
import { configuredMetrics } from '@drover/shared/metrics/configured-metrics';
import { createQueueSet } from '@drover/shared/queues/queue-set';
import { createSubscriptions } from '@drover/shared/redis/subscriptions';
import { createStores } from '@drover/shared/stores';
import { createTracing } from '@drover/shared/tracing/tracing';
import { createKeyRing, type KeyRing } from './auth/key-ring.ts';
import { createWatches } from './following/watches.ts';
import { createJobHistory } from './history/job-history.ts';
import { httpServer } from './http-server.ts';
import { createJobStore } from './jobs/store.ts';
import { countJobs, countWorkflows } from './metrics/submissions.ts';
import { createScheduleStore } from './schedules/store.ts';
import { buildServer } from './server.ts';
import { createThrottle } from './throttling/throttle.ts';
import { createWorkflowStore } from './workflows/store.ts';

/** Longest statement of a search, in milliseconds. */
const historyStatementMs = 5_000;

const keysCheck =
  (keys: KeyRing): Check =>
  async () => {
    if (keys.empty) throw new Error('no API key is configured: set API_KEYS');
  };

/**
 * The API process, put together: its components in the order in which they start.
 * @param types the job types that it takes; default all of the catalog.
 */
export const composeApi = (
  config: Config,
  log: Log,
  types: readonly JobType[] = jobTypes,
): readonly Component[] => {
  const queueLimits = configuredLimits(config);
  const stores = createStores('api', config, log);
  const metrics = configuredMetrics('api', config, stores, log);
  const tracing = createTracing(config, { role: 'api', log });
  const queues = createQueueSet({ redis: stores.redis, keys: stores.keys, log });
  const keys = createKeyRing(config.apiKeys, { production: config.production });
  if (keys.empty) log.error('No API key is configured, so every request is refused. Set API_KEYS.');

  const readiness = createReadiness();
  const ready = {
    process: readiness.check,
    redis: stores.checks.redis,
    keys: keysCheck(keys),
  };
  const store = countJobs(createJobStore(queues, { keepFailedMs: config.keep.failedMs }), metrics);
  const subscriptions = createSubscriptions({
    url: config.redis.url,
    cluster: config.redis.cluster,
    name: stores.clientName,
    log,
  });
  const caches = createCaches({
    redis: stores.redis,
    subscriptions,
    keys: stores.keys,
    maxBytes: config.cacheMemoryBytes,
    log,
  });
  if (metrics) measureCaches(metrics, caches);
  const watches = createWatches({ subscriptions, keys: stores.keys, read: store.read });
  const workflows = countWorkflows(
    createWorkflowStore({
      queues,
      keep: config.keep,
      jobs: store,
      partitions: config.redis.partitions,
    }),
    metrics,
  );
  const workflowWatches = createWatches({
    subscriptions,
    keys: stores.keys,
    read: workflows.read,
    rests: true,
  });
  const directory = createWebhookDirectory({
    redis: stores.redis,
    keys: stores.keys,
    subscriptions,
    log,
  });
  const place = createSchedulePlace({ redis: stores.redis, keys: stores.keys, log });
  const schedules = createScheduleStore({
    place,
    pool: stores.pool,
    maxPerTenant: config.schedules.maxPerTenant,
  });
  const historyPool = createPool({
    ...config.database,
    max: historyConnections(config.database.poolMax),
    statementTimeoutMs: Math.min(historyStatementMs, config.database.statementTimeoutMs),
    name: stores.clientName,
    log,
  });
  const history = createJobHistory({
    db: historyPool,
    store,
    partitions: config.redis.partitions,
    days: config.history.days,
  });
  const build = () =>
    buildServer({
      catalog: createCatalog({ production: config.production, types }),
      store,
      history,
      watches,
      workflows,
      workflowWatches,
      schedules,
      views,
      pool: stores.pool,
      renewal: { queues, type: viewRefresh, partitions: config.redis.partitions },
      throttle: createThrottle(stores, config.rateLimits),
      artifacts: createArtifactStore(config),
      queues,
      caches,
      partitions: config.redis.partitions,
      queueLimits,
      directory,
      webhooks: { directory, mayReach: createReachability(config.egressAllow) },
      secretOverlapMs: config.webhooks.secretOverlapMs,
      keys,
      corsOrigins: config.corsOrigins,
      metrics,
      metricsToken: config.metrics.token,
      tracer: tracing.tracer(),
      trustedProxies: config.trustedProxies,
      checks: {
        live: {},
        ready,
        health: {
          redis: ready.redis,
          keys: ready.keys,
          postgres: stores.checks.postgres,
          disk: diskCheck(config),
          memory: memoryCheck(config),
        },
      },
      log,
    });

  return [
    tracing.component,
    ...stores.components,
    { ...poolComponent(historyPool), name: 'history' },
    queues,
    subscriptions,
    caches,
    watches,
    workflowWatches,
    directory,
    place.component,
    httpServer(build, {
      host: config.host,
      port: config.ports.api,
      drainMs: config.lifecycle.drainMs,
    }),
    // Stops first: whoever asks is told so while the server still answers.
    readiness.component,
  ];
};
