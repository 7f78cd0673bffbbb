import type { ExaminedConfig } from '@drover/shared/config';
import { createPool, poolComponent } from '@drover/shared/database/pool';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn, within } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createQueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { readVersion } from '@drover/shared/version';
import { checksOf } from './checks.ts';
import { examine } from './examine.ts';
import type { Examined } from './findings.ts';
import { reachPostgres, reachRedis } from './reach.ts';

/** How long a store may take to answer at all, and then a check; milliseconds. */
const reachMs = 3_000;
const checkMs = 8_000;
/** A statement that takes longer is stopped by Postgres. */
const statementMs = 6_000;
const closingMs = 1_000;

/** Connections that several checks share. */
const connections = 3;

const open = ({ config }: ExaminedConfig) => {
  const log = silentLog();
  const name = `drover-doctor:${process.pid}`;
  const redis = createRedis({
    url: config.redis.url,
    cluster: config.redis.cluster,
    purpose: 'producer',
    name,
    log,
  });
  const pool = createPool({
    url: config.database.url,
    max: connections,
    acquireTimeoutMs: reachMs,
    statementTimeoutMs: statementMs,
    name,
    log,
  });
  const keys = createKeys(config.redis.keyPrefix);
  const queues = createQueueSet({ redis, keys, log });
  const close = async () => {
    for (const component of [queues, redisComponent(redis), poolComponent(pool)]) {
      const deadline = deadlineIn(closingMs);
      await within(deadline, component.name, component.stop(deadline)).catch(() => undefined);
    }
    redis.disconnect();
  };
  return { redis, pool, keys, queues, close };
};

/**
 * Looks at a Drover as a whole: its configuration, its stores, its queues, workers and schedules. It
 * changes nothing, and is done within {@link reachMs} and {@link checkMs}, whatever is broken.
 */
export const examineDrover = async (examined: ExaminedConfig): Promise<readonly Examined[]> => {
  const { close, ...stores } = open(examined);
  const isUsable = (variable: string) => !examined.unusable.includes(variable);
  const redis = { isUsable: isUsable('REDIS_URL'), timeoutMs: reachMs };
  const postgres = { isUsable: isUsable('DATABASE_URL'), timeoutMs: reachMs };
  const reach = { Redis: reachRedis(stores, redis), Postgres: reachPostgres(stores, postgres) };
  const version = readVersion();
  const checks = checksOf({ examined, stores, queues: stores.queues, reach, version });
  const reached = { Redis: reach.Redis.isReached, Postgres: reach.Postgres.isReached };
  try {
    return await examine(checks, reached, checkMs);
  } finally {
    await close();
  }
};
