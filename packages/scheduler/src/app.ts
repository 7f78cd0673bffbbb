import { createCatalog } from '@drover/jobs/catalog';
import type { Config } from '@drover/shared/config';
import { createPool, poolComponent } from '@drover/shared/database/pool';
import { diskCheck, memoryCheck, postgresCheck, redisCheck } from '@drover/shared/health/checks';
import { healthServer } from '@drover/shared/health/server';
import { createKeys } from '@drover/shared/keys';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import { preflight } from '@drover/shared/preflight';
import { createQueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { reconciler } from './reconciler.ts';
import { checkSchedule } from './schedule.ts';
import { schedules } from './schedules.ts';

/** The scheduler process, put together: its components in the order in which they start. */
export const composeScheduler = (config: Config, log: Log): readonly Component[] => {
  const { redis: store, database, lifecycle } = config;
  const redis = createRedis({ url: store.url, purpose: 'producer', name: 'drover-scheduler', log });
  const pool = createPool({
    url: database.url,
    max: database.poolMax,
    name: 'drover-scheduler',
    log,
  });
  const queues = createQueueSet({ redis, keys: createKeys(store.keyPrefix), log });
  const catalog = createCatalog({ production: config.production });
  const stores = { redis: redisCheck(redis), postgres: postgresCheck(pool) };

  return [
    poolComponent(pool),
    preflight({ redis, pool, timeoutMs: lifecycle.startupTimeoutMs, log }),
    redisComponent(redis),
    queues,
    reconciler({
      schedules: schedules.map((schedule) => checkSchedule(schedule, catalog)),
      queues,
      log,
    }),
    healthServer({
      host: config.host,
      port: config.ports.scheduler,
      variable: 'SCHEDULER_PORT',
      checks: {
        live: {},
        ready: { redis: stores.redis },
        health: { ...stores, disk: diskCheck(config), memory: memoryCheck(config) },
      },
    }),
  ];
};
