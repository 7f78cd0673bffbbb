import { hostname } from 'node:os';
import { createCatalog, jobTypes } from '@drover/jobs/catalog';
import { databasePreparation } from '@drover/jobs/database/prepare';
import type { JobType } from '@drover/jobs/definition/define-job';
import { queueNames } from '@drover/jobs/definition/queues';
import { configuredLimits } from '@drover/jobs/operations/configured-limits';
import { shareOf } from '@drover/jobs/operations/enforce-limits';
import { createWebhookDirectory } from '@drover/jobs/webhooks/directory';
import { notifyOfWorkflow } from '@drover/jobs/webhooks/notify';
import { createArtifactStore } from '@drover/shared/artifacts/configured-store';
import { artifactPreflight } from '@drover/shared/artifacts/preflight';
import { createCaches } from '@drover/shared/cache/create-caches';
import type { Config } from '@drover/shared/config';
import { createReachability } from '@drover/shared/egress/reachability';
import { createReadiness } from '@drover/shared/health/readiness';
import { processHealthServer } from '@drover/shared/health/server';
import type { Component } from '@drover/shared/lifecycle/stack';
import { together } from '@drover/shared/lifecycle/together';
import type { Log } from '@drover/shared/log';
import { measureCaches } from '@drover/shared/metrics/cache-metrics';
import { configuredMetrics } from '@drover/shared/metrics/configured-metrics';
import { createQueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { createSubscriptions } from '@drover/shared/redis/subscriptions';
import { createStores } from '@drover/shared/stores';
import { createTracing } from '@drover/shared/tracing/tracing';
import { readVersion } from '@drover/shared/version';
import { createCancellations } from './cancellation.ts';
import type { Workshop } from './execution/workshop.ts';
import { heartbeat } from './heartbeat.ts';
import { createIsolationPool } from './isolation/pool.ts';
import { watchClaims } from './liveness/watch-claims.ts';
import { createJobMetrics } from './metrics/job-metrics.ts';
import { measureLoad } from './metrics/worker-load.ts';
import { keepOrder } from './ordering/keep-order.ts';
import { followSettings } from './queue-settings/follow-settings.ts';
import { type QueueWorker, queueWorker } from './queue-worker.ts';
import { createRunningJobs } from './running-jobs.ts';
import { scheduleWorker } from './schedules/schedule-worker.ts';
import { checkLibraries, createServices } from './services/on-demand.ts';
import { scheduleSettler } from './settling/schedule-settler.ts';
import { settleWorker } from './settling/settle-worker.ts';
import { stepSettler } from './settling/step-settler.ts';
import { webhookSettler } from './settling/webhook-settler.ts';

/** Each queue with the jobs that this process runs of it at once, over all partitions. */
const takenFrom = (workers: readonly QueueWorker[]) =>
  queueNames.map((name) => ({
    name,
    concurrency: workers
      .filter(({ queue }) => queue === name)
      .reduce((sum, worker) => sum + worker.load().concurrency, 0),
  }));

/**
 * The worker process, put together: its components in the order in which they start.
 * @param types the job types that it runs; default all of the catalog.
 * @param module the URL of what exports them as `jobTypes`, for child processes.
 */
export const composeWorker = (
  config: Config,
  log: Log,
  types: readonly JobType[] = jobTypes,
  module: string = import.meta.resolve('@drover/jobs/catalog'),
): readonly Component[] => {
  const configured = configuredLimits(config);
  checkLibraries();
  const readiness = createReadiness();
  const stores = createStores('worker', config, log);
  const redis = createRedis({
    url: config.redis.url,
    cluster: config.redis.cluster,
    purpose: 'worker',
    name: stores.clientName,
    log,
  });
  const bullQueues = createQueueSet({ redis, keys: stores.keys, log });
  const artifacts = createArtifactStore(config);
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
  const metrics = configuredMetrics('worker', config, stores, log);
  if (metrics) measureCaches(metrics, caches);
  const tracing = createTracing(config, { role: 'worker', log });
  const { services, component } = createServices({
    config,
    artifacts,
    queues: bullQueues,
    pool: stores.pool,
    caches,
    clientName: stores.clientName,
    log,
  });

  const webhooks = createWebhookDirectory({
    redis: stores.redis,
    keys: stores.keys,
    subscriptions,
    log,
  });
  const running = createRunningJobs();
  const isolation = createIsolationPool({ config, catalog: module });
  const cancellations = createCancellations({
    subscriptions,
    running,
    redis: stores.redis,
    keys: stores.keys,
    partitions: config.redis.partitions,
    log,
  });

  const catalog = createCatalog({ production: config.production, types });
  const workshop: Workshop = {
    catalog,
    services,
    artifacts,
    worker: `${hostname()}:${process.pid}`,
    queues: bullQueues,
    partitions: config.redis.partitions,
    webhooks: { directory: webhooks, mayReach: createReachability(config.egressAllow) },
    running,
    isolation,
    keep: config.keep,
    log,
    metrics: metrics && createJobMetrics(metrics, catalog),
    tracing: config.tracing && tracing,
  };

  const { partitions } = config.redis;
  const workers = queueNames.flatMap((queue) =>
    Array.from({ length: partitions }, (_, partition) =>
      queueWorker({
        queue,
        partition,
        prefix: stores.keys.partition(partition),
        concurrency: shareOf(configured[queue].concurrency, partition, partitions),
        redis,
        workshop,
        graceMs: config.lifecycle.graceMs,
      }),
    ),
  );
  if (metrics) measureLoad(metrics, workers);
  const settlers = {
    step: stepSettler({
      queues: bullQueues,
      keep: config.keep,
      onEnd: (workflow) => notifyOfWorkflow(bullQueues, workflow),
    }),
    webhook: webhookSettler(bullQueues),
    schedule: scheduleSettler(bullQueues),
  };
  const settling = Array.from({ length: partitions }, (_, partition) =>
    settleWorker({ partition, queues: bullQueues, settlers, worker: workshop.worker, log }),
  );
  const about = { workers, redis: stores.redis, keys: stores.keys, log };
  const claims = watchClaims({ ...about, timeoutMs: config.health.claimTimeoutMs });
  const beats = heartbeat({
    ...about,
    running,
    worker: { host: hostname(), pid: process.pid, version: readVersion() },
    queues: () => takenFrom(workers),
  });

  return [
    tracing.component,
    ...stores.components,
    databasePreparation({
      url: config.database.url,
      name: stores.clientName,
      demo: !config.production,
      log,
    }),
    processHealthServer(config, {
      port: config.ports.worker,
      variable: 'WORKER_PORT',
      checks: stores.checks,
      readiness: readiness.check,
      live: { claims: claims.check },
      metrics,
    }),
    artifactPreflight(artifacts, log),
    redisComponent(redis),
    subscriptions,
    caches,
    bullQueues,
    component,
    cancellations,
    webhooks,
    isolation,
    followSettings({ ...about, configured, partitions, subscriptions }),
    beats,
    together('settling', settling),
    scheduleWorker({ ...workshop, redis }),
    together('workers', workers),
    keepOrder(about),
    claims.component,
    beats.farewell,
    readiness.component,
  ];
};
