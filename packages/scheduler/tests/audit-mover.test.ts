import { beginEntry, endEntry } from '@drover/jobs/audit/append';
import { listAudit } from '@drover/jobs/audit/list';
import { moveAudit } from '@drover/jobs/audit/move';
import { removeOlder } from '@drover/jobs/audit/table';
import { prepareDatabase } from '@drover/jobs/database/prepare';
import { createPool } from '@drover/shared/database/pool';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { createLog, silentLog } from '@drover/shared/log';
import type { RedisClient } from '@drover/shared/redis/client';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';

const log = silentLog();
let database: OwnDatabase;
let pool: Pool;
let redis: RedisClient;
let store: { redis: RedisClient; keys: ReturnType<typeof createKeys> };

beforeAll(async () => {
  database = await createDatabase();
  await prepareDatabase({ url: database.url, name: 'test', demo: false, log });
  pool = createPool({ url: database.url, max: 4, name: 'test', log });
  redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
});
afterAll(async () => {
  await pool.end();
  await redisComponent(redis).stop(deadlineIn(1_000));
  await database[Symbol.asyncDispose]();
});
beforeEach(async () => {
  store = { redis, keys: createKeys(randomPrefix()) };
  await database.query('truncate drover.audit');
});

const begin = (action: string, details = {}) =>
  beginEntry(store, {
    who: { tenant: 'acme', key: '01234567', user: null, address: '::1', requestId: 'r' },
    origin: 'api',
    action,
    target: 'mail',
    details,
  });

const listed = async () => {
  const page = await listAudit({ store, db: pool }, {}, { before: undefined, limit: 100 });
  return page.entries.map(({ action, outcome, details }) => ({ action, outcome, details }));
};

test('what is moved reads as it did before, and is in Redis no more', async () => {
  const one = await begin('one', { rate: 5 });
  await endEntry(store, one, { outcome: 'done', details: { jobs: 3 } });
  await begin('two');
  const before = await listed();
  expect(before).toEqual([
    { action: 'two', outcome: null, details: {} },
    { action: 'one', outcome: 'done', details: { rate: 5, jobs: 3 } },
  ]);
  expect(await moveAudit(store, pool, log)).toBe(3);
  expect(await redis.xlen(store.keys.audit)).toBe(0);
  expect(await listed()).toEqual(before);
});

test('an outcome that comes after the move is added, before it is moved and after', async () => {
  const id = await begin('slow');
  await moveAudit(store, pool, log);
  await endEntry(store, id, { outcome: 'failed', reason: 'store-unavailable' });
  const ended = [{ action: 'slow', outcome: 'failed', details: {} }];
  expect(await listed()).toEqual(ended);
  await moveAudit(store, pool, log);
  expect(await listed()).toEqual(ended);
});

test('several that move at once make each entry once, with its outcome', async () => {
  for (let n = 0; n < 50; n += 1) {
    await endEntry(store, await begin(`n${n}`), { outcome: 'done' });
  }
  await Promise.all([
    moveAudit(store, pool, log),
    moveAudit(store, pool, log),
    moveAudit(store, pool, log),
  ]);
  const rows = await database.query('select action, outcome from drover.audit order by ms, seq');
  expect(rows).toEqual(
    Array.from({ length: 50 }, (_, n) => ({ action: `n${n}`, outcome: 'done' })),
  );
});

test('one that died after the commit is repeated without harm', async () => {
  const id = await begin('twice');
  await endEntry(store, id, { outcome: 'done' });
  const records = await redis.xrange(store.keys.audit, '-', '+');
  await moveAudit(store, pool, log);
  for (const [streamId, fields] of records)
    await redis.xadd(store.keys.audit, streamId, ...fields).catch(() => undefined);
  await moveAudit(store, pool, log);
  expect(await database.query('select outcome from drover.audit')).toEqual([{ outcome: 'done' }]);
});

test('what is no entry does not keep the others from being moved', async () => {
  await redis.xadd(store.keys.audit, '*', 'nonsense', '1');
  await redis.xadd(store.keys.audit, '*', 'begin', '', 'json', '{"who":');
  await begin('good');
  expect(await moveAudit(store, pool, log)).toBe(3);
  expect(await listed()).toEqual([{ action: 'good', outcome: null, details: {} }]);
});

test('a record that is too deep to be read does not stop the log, and is told of', async () => {
  const deep = `${'['.repeat(3_900)}${']'.repeat(3_900)}`;
  await begin('good');
  const [[, fields] = []] = (await redis.xrange(store.keys.audit, '-', '+')) as [
    string,
    string[],
  ][];
  const bad = fields?.map((field) => field.replace('"details":{}', `"details":{"filter":${deep}}`));
  const id = await redis.xadd(store.keys.audit, '*', ...(bad ?? []));
  expect(await listed()).toEqual([{ action: 'good', outcome: null, details: {} }]);
  const lines: Record<string, unknown>[] = [];
  const told = await createLog(
    'test',
    { level: 'warn', format: 'json' },
    { write: (line) => lines.push(JSON.parse(line)) },
  );
  expect(await moveAudit(store, pool, told)).toBe(2);
  expect(await redis.xlen(store.keys.audit)).toBe(0);
  expect(await listed()).toEqual([{ action: 'good', outcome: null, details: {} }]);
  expect(lines).toMatchObject([{ record: id, text: expect.stringContaining('"action":"good"') }]);
});

test('two Drovers on one database keep their own entries', async () => {
  const at = (text: string) => ['5-1', 'begin', '', 'json', text] as const;
  await begin('one');
  const [[, fields] = []] = (await redis.xrange(store.keys.audit, '-', '+')) as [
    string,
    string[],
  ][];
  const json = fields?.[3] ?? '';
  const [ours, theirs] = ['ours', 'theirs'].map((action) => ({
    action,
    store: { redis, keys: createKeys(randomPrefix()) },
  }));
  for (const one of [ours, theirs]) {
    if (!one) continue;
    await redis.xadd(one.store.keys.audit, ...at(json.replace('"one"', `"${one.action}"`)));
    await moveAudit(one.store, pool, log);
    await endEntry(one.store, '5-1', { outcome: 'done', reason: one.action });
    await moveAudit(one.store, pool, log);
  }
  for (const one of [ours, theirs]) {
    if (!one) continue;
    const range = { before: undefined, limit: 10 };
    const { entries } = await listAudit({ store: one.store, db: pool }, {}, range);
    expect(entries).toMatchObject([{ id: '5-1', action: one.action, reason: one.action }]);
  }
  expect(ours && (await removeOlder(pool, ours.store.keys.partition(0), 1_000, 10))).toBe(1);
  expect(await database.query('select action from drover.audit')).toEqual([{ action: 'theirs' }]);
});

test('texts that Postgres would refuse are kept', async () => {
  await beginEntry(store, {
    who: { tenant: 'acme', key: '01234567', user: 'a\0b\ud800', address: '::1', requestId: 'r' },
    origin: 'page',
    action: 'x',
    target: '\0'.repeat(2_000),
    details: { text: 'a\0b' },
  });
  await moveAudit(store, pool, log);
  expect(await listed()).toEqual([{ action: 'x', outcome: null, details: { text: 'a\0b' } }]);
});

test('what is too old goes, some at a time', async () => {
  await begin('kept');
  await moveAudit(store, pool, log);
  await database.query(
    `insert into drover.audit
            (key_prefix, ms, seq, origin, action, tenant, key, address, request_id, details)
     select $1, n, 0, 'api', 'old', 'acme', 'k', '::1', 'r', '{}' from generate_series(1, 5) n`,
    [store.keys.partition(0)],
  );
  expect(await removeOlder(pool, store.keys.partition(0), 1_000, 3)).toBe(3);
  expect(await removeOlder(pool, store.keys.partition(0), 1_000, 3)).toBe(2);
  expect((await listed()).map(({ action }) => action)).toEqual(['kept']);
});
