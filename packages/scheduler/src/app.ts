import { cacheWarm } from '@drover/jobs/cache-warm';
import { createCatalog } from '@drover/jobs/catalog';
import { databasePreparation } from '@drover/jobs/database/prepare';
import { configuredLimits } from '@drover/jobs/operations/configured-limits';
import { createSchedulePlace } from '@drover/jobs/schedules/place';
import { viewRefresh } from '@drover/jobs/view-refresh';
import { views } from '@drover/jobs/views/registry';
import { notifyOfWorkflow } from '@drover/jobs/webhooks/notify';
import { createArtifactStore } from '@drover/shared/artifacts/configured-store';
import type { Config } from '@drover/shared/config';
import { createReadiness } from '@drover/shared/health/readiness';
import { processHealthServer } from '@drover/shared/health/server';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import { configuredMetrics } from '@drover/shared/metrics/configured-metrics';
import { createQueueSet } from '@drover/shared/queues/queue-set';
import { createStores } from '@drover/shared/stores';
import { artifactJanitor } from './artifacts/janitor.ts';
import { auditJanitor, auditMover } from './audit/mover.ts';
import { deadLetterJanitor } from './dead-letters/janitor.ts';
import { history } from './history/history.ts';
import { measureRounds } from './metrics/schedules.ts';
import { measureSystem } from './metrics/system.ts';
import { queueSampleJanitor, queueSampler } from './queue-samples/sampler.ts';
import { declare } from './schedules/declare.ts';
import { reconciler } from './schedules/reconciler.ts';
import { declaredSchedules } from './schedules.ts';
import { viewFreshness } from './views/freshness.ts';
import { replacedViews } from './views/replaced.ts';
import { warmAtStart } from './views/warm-at-start.ts';
import { workflowReconciler } from './workflows/reconciler.ts';

/** The scheduler process, put together: its components in the order in which they start. */
export const composeScheduler = (config: Config, log: Log): readonly Component[] => {
  const readiness = createReadiness();
  const stores = createStores('scheduler', config, log);
  const queues = createQueueSet({ redis: stores.redis, keys: stores.keys, log });
  const catalog = createCatalog({ production: config.production });

  const place = createSchedulePlace({ redis: stores.redis, keys: stores.keys, log });
  const inputs = declaredSchedules({
    timezone: config.schedules.timezone,
    digestTo: config.digestTo,
    demo: !config.production,
    history: config.history.days > 0,
  });

  const declared = declare(inputs, catalog);
  const metrics = configuredMetrics('scheduler', config, stores, log);
  if (metrics) {
    measureSystem(metrics, {
      stores,
      queues,
      partitions: config.redis.partitions,
      configured: configuredLimits(config),
      declared,
      hasHistory: config.history.days > 0,
    });
  }

  return [
    ...stores.components,
    databasePreparation({
      url: config.database.url,
      name: stores.clientName,
      demo: !config.production,
      log,
    }),
    processHealthServer(config, {
      port: config.ports.scheduler,
      variable: 'SCHEDULER_PORT',
      checks: stores.checks,
      readiness: readiness.check,
      ready: { postgres: stores.checks.postgres },
      metrics,
    }),
    queues,
    place.component,
    reconciler({
      declared,
      place,
      db: stores.pool,
      catalog,
      log,
      onReport: metrics && measureRounds(metrics),
    }),
    deadLetterJanitor({
      queues,
      partitions: config.redis.partitions,
      keepFailedMs: config.keep.failedMs,
      max: config.deadLettersMax,
      log,
    }),
    artifactJanitor({
      store: createArtifactStore(config),
      redis: stores.redis,
      keys: stores.keys,
      graceMs: config.keepArtifactsMs,
      log,
    }),
    queueSampler({
      places: { redis: stores.redis, keys: stores.keys, partitions: config.redis.partitions },
      pool: stores.pool,
      log,
    }),
    queueSampleJanitor({ pool: stores.pool, log }),
    auditMover({ store: stores, pool: stores.pool, log }),
    auditJanitor({ store: stores, pool: stores.pool, keepDays: config.audit.days, log }),
    workflowReconciler({
      queues,
      keep: config.keep,
      onEnd: (workflow) => notifyOfWorkflow(queues, workflow),
      partitions: config.redis.partitions,
      log,
    }),
    viewFreshness({
      views,
      db: stores.pool,
      url: config.database.url,
      name: stores.clientName,
      queues,
      type: viewRefresh,
      partitions: config.redis.partitions,
      log,
    }),
    replacedViews({
      redis: stores.redis,
      keys: stores.keys,
      url: config.database.url,
      name: stores.clientName,
      log,
    }),
    warmAtStart({
      views: views.all.filter((view) => !(view.demo && config.production)),
      queues,
      type: cacheWarm,
      partitions: config.redis.partitions,
      log,
    }),
    ...history(config, stores, log),
    readiness.component,
  ];
};
