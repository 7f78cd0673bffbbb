import { hostname } from 'node:os';
import { join } from 'node:path';
import { createCatalog } from '@drover/jobs/catalog';
import { type QueueName, queueNames, queues } from '@drover/jobs/definition/queues';
import { localArtifactStore } from '@drover/shared/artifacts/local-store';
import { type Config, ConfigError } from '@drover/shared/config';
import { createReadiness } from '@drover/shared/health/readiness';
import { processHealthServer } from '@drover/shared/health/server';
import type { Component } from '@drover/shared/lifecycle/stack';
import { together } from '@drover/shared/lifecycle/together';
import type { Log } from '@drover/shared/log';
import { didYouMean } from '@drover/shared/nearest';
import { createQueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { createSubscriptions } from '@drover/shared/redis/subscriptions';
import { createStores } from '@drover/shared/stores';
import { readVersion } from '@drover/shared/version';
import { createCancellations } from './cancellation.ts';
import type { Workshop } from './execution/pipeline.ts';
import { heartbeat } from './heartbeat.ts';
import { queueWorker } from './queue-worker.ts';
import { checkLibraries, createServices } from './services/on-demand.ts';

/** @throws ConfigError when CONCURRENCY names a queue that there is not. */
const checkConcurrency = (concurrency: Config['concurrency']) => {
  const problems = Object.keys(concurrency)
    .filter((name) => !Object.hasOwn(queues, name))
    .map(
      (name) =>
        `CONCURRENCY names the queue "${name}", which there is not.${didYouMean(name, queueNames)}`,
    );
  if (problems.length > 0) throw new ConfigError(problems);
};

/** The worker process, put together: its components in the order in which they start. */
export const composeWorker = (config: Config, log: Log): readonly Component[] => {
  checkConcurrency(config.concurrency);
  checkLibraries();
  const readiness = createReadiness();
  const stores = createStores('worker', config, log);
  const redis = createRedis({
    url: config.redis.url,
    purpose: 'worker',
    name: stores.clientName,
    log,
  });
  const bullQueues = createQueueSet({ redis, keys: stores.keys, log });
  const artifacts = localArtifactStore(join(config.dataDir, 'artifacts'));
  const { services, component } = createServices({ config, artifacts, queues: bullQueues });

  const subscriptions = createSubscriptions({
    url: config.redis.url,
    name: stores.clientName,
    log,
  });
  const cancellations = createCancellations({
    subscriptions,
    redis: stores.redis,
    keys: stores.keys,
    partitions: config.redis.partitions,
    log,
  });

  const workshop: Workshop = {
    catalog: createCatalog({ production: config.production }),
    services,
    artifacts,
    worker: `${hostname()}:${process.pid}`,
    queues: bullQueues,
    cancellations,
    keep: config.keep,
    log,
  };

  const partitions = Array.from({ length: config.redis.partitions }, (_, number) => number);
  const concurrencyOf = (queue: QueueName) =>
    config.concurrency[queue] ?? queues[queue].concurrency;
  const workers = queueNames.flatMap((queue) =>
    partitions.map((partition) =>
      queueWorker({
        queue,
        partition,
        prefix: stores.keys.partition(partition),
        concurrency: concurrencyOf(queue),
        redis,
        workshop,
        graceMs: config.lifecycle.graceMs,
      }),
    ),
  );

  return [
    ...stores.components,
    processHealthServer(config, {
      port: config.ports.worker,
      variable: 'WORKER_PORT',
      checks: stores.checks,
      readiness: readiness.check,
    }),
    redisComponent(redis),
    subscriptions,
    bullQueues,
    component,
    cancellations,
    heartbeat({
      redis: stores.redis,
      keys: stores.keys,
      worker: {
        host: hostname(),
        pid: process.pid,
        version: readVersion(),
        queues: queueNames.map((name) => ({
          name,
          concurrency: concurrencyOf(name) * config.redis.partitions,
        })),
      },
      log,
    }),
    together('workers', workers),
    readiness.component,
  ];
};
