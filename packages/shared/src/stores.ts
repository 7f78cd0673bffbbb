import type { Pool } from 'pg';
import type { Config } from './config.ts';
import { createPool, poolComponent } from './database/pool.ts';
import { type Check, postgresCheck, redisCheck } from './health/checks.ts';
import { createKeys, type Keys } from './keys.ts';
import type { Component } from './lifecycle/stack.ts';
import type { Log } from './log.ts';
import { preflight } from './preflight.ts';
import type { RedisClient } from './redis/client.ts';
import { createRedis, redisComponent } from './redis/connections.ts';

/** What every process of Drover needs before anything else. */
export interface Stores {
  /** Names this process to Redis and Postgres: `drover-<role>:<pid>`. */
  readonly clientName: string;
  /** Fails fast; for requests and checks. */
  readonly redis: RedisClient;
  readonly pool: Pool;
  readonly keys: Keys;
  readonly checks: { readonly redis: Check; readonly postgres: Check };
  /** Connections and boot check, in the order in which they start. */
  readonly components: readonly Component[];
}

/** The connections of a process to its stores; nothing is opened before its components start. */
export const createStores = (role: string, config: Config, log: Log): Stores => {
  const clientName = `drover-${role}:${process.pid}`;
  const keys = createKeys(config.redis.keyPrefix);
  const redis = createRedis({
    url: config.redis.url,
    cluster: config.redis.cluster,
    purpose: 'producer',
    name: clientName,
    log,
  });
  const pool = createPool({
    ...config.database,
    max: config.database.poolMax,
    name: clientName,
    log,
  });
  return {
    clientName,
    redis,
    pool,
    keys,
    checks: {
      redis: redisCheck({ redis, keys, partitions: config.redis.partitions }),
      postgres: postgresCheck(pool),
    },
    components: [
      poolComponent(pool),
      // Before the connection's own component, which would wait for Redis without an end.
      preflight({ redis, pool, timeoutMs: config.lifecycle.startupTimeoutMs, log }),
      redisComponent(redis),
    ],
  };
};
