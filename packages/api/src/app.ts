import { join } from 'node:path';
import { createCatalog } from '@drover/jobs/catalog';
import { localArtifactStore } from '@drover/shared/artifacts/local-store';
import type { Config } from '@drover/shared/config';
import { createPool, poolComponent } from '@drover/shared/database/pool';
import {
  type Check,
  diskCheck,
  memoryCheck,
  postgresCheck,
  redisCheck,
} from '@drover/shared/health/checks';
import { createKeys } from '@drover/shared/keys';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import { preflight } from '@drover/shared/preflight';
import { createQueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { createKeyRing, type KeyRing } from './auth/key-ring.ts';
import { httpServer } from './http-server.ts';
import { createJobStore } from './jobs/store.ts';
import { buildServer } from './server.ts';

const keysCheck =
  (keys: KeyRing): Check =>
  async () => {
    if (keys.empty) throw new Error('no API key is configured: set API_KEYS');
  };

/** The API process, put together: its components in the order in which they start. */
export const composeApi = (config: Config, log: Log): readonly Component[] => {
  const redis = createRedis({
    url: config.redis.url,
    purpose: 'producer',
    name: 'drover-api',
    log,
  });
  const pool = createPool({
    url: config.database.url,
    max: config.database.poolMax,
    name: 'drover-api',
    log,
  });
  const queues = createQueueSet({ redis, keys: createKeys(config.redis.keyPrefix), log });
  const keys = createKeyRing(config.apiKeys, { production: config.production });
  if (keys.empty) log.error('No API key is configured, so every request is refused. Set API_KEYS.');

  const ready = { redis: redisCheck(redis), keys: keysCheck(keys) };
  const build = () =>
    buildServer({
      catalog: createCatalog({ production: config.production }),
      store: createJobStore(queues),
      artifacts: localArtifactStore(join(config.dataDir, 'artifacts')),
      queues,
      partitions: config.redis.partitions,
      keys,
      checks: {
        live: {},
        ready,
        health: {
          ...ready,
          postgres: postgresCheck(pool),
          disk: diskCheck(config),
          memory: memoryCheck(config),
        },
      },
      log,
    });

  return [
    poolComponent(pool),
    preflight({ redis, pool, timeoutMs: config.lifecycle.startupTimeoutMs, log }),
    redisComponent(redis),
    queues,
    httpServer(build, { host: config.host, port: config.ports.api }),
  ];
};
