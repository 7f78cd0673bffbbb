import { prepareDatabase } from '@drover/jobs/database/prepare';
import { silentLog } from '@drover/shared/log';
import { expect, test } from 'vitest';
import { createDatabase } from '../../../tests/servers/own-database.ts';
import { startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { examineBy, summariesOf } from './doctor-fixtures.ts';

test('an empty database lacks its migrations', async () => {
  await using database = await createDatabase();
  const { of } = await examineBy({ DATABASE_URL: database.url });
  expect(summariesOf(of('postgres migrations'))).toMatch(/^fail: \d+ migrations missing/);
});

test('nothing is changed: neither in a Redis nor in a Postgres that takes no writes', async () => {
  await using database = await createDatabase();
  await prepareDatabase({ url: database.url, name: 'test', demo: false, log: silentLog() });
  const [{ name }] = await database.query('select current_database() as name');
  await database.query(`alter database ${name} set default_transaction_read_only = on`);
  await using server = await startOwnRedis();
  await using admin = await server.connect();
  const changes = async () =>
    /rdb_changes_since_last_save:(\d+)/.exec(await admin.redis.info('persistence'))?.[1];

  const before = await changes();
  const { all, of } = await examineBy({
    NODE_ENV: 'production',
    DATABASE_URL: database.url,
    REDIS_URL: server.url,
  });
  expect(await changes()).toBe(before);
  expect(await admin.redis.dbsize()).toBe(0);
  expect(summariesOf(of('postgres server'))).toBe('fail: transactions are read-only');
  expect(of('postgres migrations')).toMatchObject([{ status: 'ok' }]);
  expect(of('postgres privileges')).toMatchObject([{ status: 'ok' }]);
  expect(summariesOf(all)).not.toContain('could not be looked at');
});
