import { join } from 'node:path';
import { createCatalog } from '@drover/jobs/catalog';
import { localArtifactStore } from '@drover/shared/artifacts/local-store';
import type { Config } from '@drover/shared/config';
import { type Check, diskCheck, memoryCheck } from '@drover/shared/health/checks';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import { createQueueSet } from '@drover/shared/queues/queue-set';
import { createSubscriptions } from '@drover/shared/redis/subscriptions';
import { createStores } from '@drover/shared/stores';
import { createKeyRing, type KeyRing } from './auth/key-ring.ts';
import { createWatches } from './following/watches.ts';
import { httpServer } from './http-server.ts';
import { createJobStore } from './jobs/store.ts';
import { buildServer } from './server.ts';
import { createThrottle } from './throttling/throttle.ts';

const keysCheck =
  (keys: KeyRing): Check =>
  async () => {
    if (keys.empty) throw new Error('no API key is configured: set API_KEYS');
  };

/** The API process, put together: its components in the order in which they start. */
export const composeApi = (config: Config, log: Log): readonly Component[] => {
  const stores = createStores('api', config, log);
  const queues = createQueueSet({ redis: stores.redis, keys: stores.keys, log });
  const keys = createKeyRing(config.apiKeys, { production: config.production });
  if (keys.empty) log.error('No API key is configured, so every request is refused. Set API_KEYS.');

  const ready = { redis: stores.checks.redis, keys: keysCheck(keys) };
  const store = createJobStore(queues, { keepFailedMs: config.keep.failedMs });
  const subscriptions = createSubscriptions({
    url: config.redis.url,
    name: stores.clientName,
    log,
  });
  const watches = createWatches({ subscriptions, keys: stores.keys, read: store.read });
  const build = () =>
    buildServer({
      catalog: createCatalog({ production: config.production }),
      store,
      watches,
      throttle: createThrottle(stores, config.rateLimits),
      artifacts: localArtifactStore(join(config.dataDir, 'artifacts')),
      queues,
      partitions: config.redis.partitions,
      keys,
      corsOrigins: config.corsOrigins,
      checks: {
        live: {},
        ready,
        health: {
          ...ready,
          postgres: stores.checks.postgres,
          disk: diskCheck(config),
          memory: memoryCheck(config),
        },
      },
      log,
    });

  return [
    ...stores.components,
    queues,
    subscriptions,
    watches,
    httpServer(build, { host: config.host, port: config.ports.api }),
  ];
};
