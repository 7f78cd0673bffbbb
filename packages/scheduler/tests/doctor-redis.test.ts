import { expect, test } from 'vitest';
import { startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { examineBy, summariesOf } from './doctor-fixtures.ts';

test('it is told when Redis may throw jobs away, lose them, or is full', async () => {
  await using server = await startOwnRedis();
  await using admin = await server.connect();
  const { redis } = admin;
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await redis.config('SET', 'appendonly', 'no');
  await redis.setrange('ballast', 64 * 1_048_576, 'x');
  const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  await redis.config('SET', 'maxmemory', Math.round(used / 0.88));
  const { of } = await examineBy({ REDIS_URL: server.url });
  expect(summariesOf(of('redis server'))).toMatch(/^fail: .*allkeys-lru/);
  expect(of('redis persistence')).toMatchObject([{ status: 'warn' }]);
  expect(of('redis memory')).toMatchObject([
    { status: 'warn', see: 'docs/guides/runbook.md#droverredismemoryhigh' },
  ]);
});

test('a replica is no place to write to', async () => {
  await using server = await startOwnRedis();
  await using admin = await server.connect();
  await admin.redis.replicaof('127.0.0.1', 1);
  const { of } = await examineBy({ REDIS_URL: server.url });
  expect(summariesOf(of('redis replication'))).toBe('fail: this is a replica');
});

test('a server that is no cluster is told from one that is not there', async () => {
  const { of } = await examineBy({ REDIS_CLUSTER: 'true' });
  expect(summariesOf(of('redis'))).toMatch(/^fail: .*Set REDIS_CLUSTER=false/);
});

test('a user that may not do everything hides no other finding', async () => {
  await using server = await startOwnRedis();
  await using admin = await server.connect();
  await admin.redis.acl('SETUSER', 'half', 'on', '>half', '~*', '&*', '+@all', '-xlen');
  const url = new URL(server.url);
  const { of } = await examineBy({ REDIS_URL: `redis://half:half@${url.host}` });
  expect(summariesOf(of('audit'))).toContain('may not be looked at');
  expect(of('queues')).toMatchObject([{ status: 'ok' }]);
});
