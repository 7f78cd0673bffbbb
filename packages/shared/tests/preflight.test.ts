import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type OwnRedis, startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { createPool, poolComponent } from '../src/database/pool.ts';
import { deadlineIn } from '../src/lifecycle/deadline.ts';
import { silentLog } from '../src/log.ts';
import { preflight } from '../src/preflight.ts';
import { createRedis, redisComponent } from '../src/redis/connections.ts';

let server: OwnRedis;
beforeAll(async () => {
  server = await startOwnRedis();
});
afterAll(() => server[Symbol.asyncDispose]());

const log = silentLog();

/** Runs the boot check against the given stores and closes what it opened. */
const check = async (stores: { redisUrl?: string; databaseUrl?: string }): Promise<void> => {
  const redisUrl = stores.redisUrl ?? server.url;
  const url = stores.databaseUrl ?? inject('databaseUrl');
  const redis = createRedis({ url: redisUrl, purpose: 'producer', name: 'test', log });
  const pool = createPool({ url, max: 1, name: 'test', log });
  try {
    await preflight({ redis, pool, timeoutMs: 1_000, log }).start();
  } finally {
    await redisComponent(redis).stop(deadlineIn(1_000));
    await poolComponent(pool).stop(deadlineIn(1_000));
  }
};

test('good stores pass', async () => {
  await check({});
});

test('a database that Redis does not have is refused, another is taken', async () => {
  await check({ redisUrl: `${server.url}/3` });
  await expect(check({ redisUrl: `${server.url}/99` })).rejects.toMatchObject({
    code: 'redis-no-database',
    message: expect.stringContaining('no database 99'),
  });
});

test('a Redis that evicts is refused with the way to mend it', async () => {
  const admin = createRedis({ url: server.url, purpose: 'worker', name: 'admin', log });
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
  try {
    await expect(check({})).rejects.toMatchObject({
      code: 'redis-evicts',
      message: expect.stringContaining('CONFIG SET maxmemory-policy noeviction'),
    });
  } finally {
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await redisComponent(admin).stop(deadlineIn(1_000));
  }
});

test('a Redis that is not there is named, with its variable', async () => {
  await expect(check({ redisUrl: 'redis://127.0.0.1:1' })).rejects.toMatchObject({
    code: 'redis-unreachable',
    message: expect.stringContaining('REDIS_URL'),
  });
});

test('a Postgres that is not there is named, with its variable', async () => {
  await expect(check({ databaseUrl: 'postgres://127.0.0.1:1/x' })).rejects.toMatchObject({
    code: 'postgres-unreachable',
    message: expect.stringContaining('DATABASE_URL'),
  });
});

test('a wrong password is told apart from a server that is not there', async () => {
  const url = new URL(inject('databaseUrl'));
  url.password = 'wrong';
  await expect(check({ databaseUrl: url.href })).rejects.toMatchObject({
    code: 'postgres-unreachable',
    message: expect.stringContaining('password'),
  });
});

test('so is a wrong Redis password', async () => {
  const url = new URL(server.url);
  url.password = 'wrong';
  await expect(check({ redisUrl: url.href })).rejects.toMatchObject({
    code: 'redis-unreachable',
    message: expect.stringMatching(/WRONGPASS|invalid.*password/i),
  });
});
