import { createPool } from '@drover/shared/database/pool';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { createLog, silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { startProxy } from '../../../tests/servers/tcp-proxy.ts';
import { historyRecorder } from '../src/history/recording.ts';
import { endJob, type HistoryTest, openHistory, queue } from './history-fixtures.ts';

let them: HistoryTest;
beforeEach(async () => {
  them = await openHistory();
});
afterEach(() => them[Symbol.asyncDispose]());

const pending = async (): Promise<number> => {
  const [count] = (await them.redis.xpending(them.keys.inQueue(queue, 0, 'events'), 'history')) as [
    number,
  ];
  return count;
};

test('while Postgres is away nothing is acknowledged; afterwards all is recorded', async () => {
  await using proxy = await startProxy(them.database.url);
  const log = silentLog();
  const db = createPool({ url: proxy.url, max: 2, name: 'test', log, acquireTimeoutMs: 300 });
  const { redis, keys } = them;
  const component = historyRecorder({
    ...{ redis, keys, db, log, partitions: 1, backlog: 10_000, keptDays: 30, name: 'test' },
  });
  await component.start();
  const before = await them.submit();
  await expect.poll(() => them.row(before), { timeout: 10_000 }).toBeDefined();

  await proxy.cut();
  const ids = await Promise.all(Array.from({ length: 20 }, () => them.submit()));
  for (const id of [before, ...ids.slice(0, 10)]) await endJob(them, id);
  await expect.poll(pending, { timeout: 10_000 }).toBeGreaterThan(0);
  expect((await them.rows()).length).toBe(1);
  await component.stop(deadlineIn(5_000));

  // Another process takes over: this one has been away for a minute, as it were.
  const events = keys.inQueue(queue, 0, 'events');
  const given = (await redis.xpending(events, 'history', '-', '+', 1_000)) as [string, string][];
  const ids2 = given.map(([id]) => id);
  await redis.call('XCLAIM', events, 'history', given[0]?.[1] ?? '', 0, ...ids2, 'IDLE', 90_000);
  const next = them.recorder();
  await next.catchUp();
  await next.tend();
  const rows = await them.rows();
  expect(rows.length).toBe(21);
  expect(rows.filter(({ status }) => status === 'succeeded').length).toBe(11);
  expect(await pending()).toBe(0);
  await db.end();
});

test('the same process goes on by itself when Postgres is back', async () => {
  await using proxy = await startProxy(them.database.url);
  const log = await createLog('test', { level: 'silent', format: 'json' });
  const db = createPool({ url: proxy.url, max: 2, name: 'test', log, acquireTimeoutMs: 300 });
  const { redis, keys } = them;
  const component = historyRecorder({
    ...{ redis, keys, db, log, partitions: 1, backlog: 10_000, keptDays: 30, name: 'test' },
  });
  await component.start();
  proxy.isolate();
  proxy.drop();
  const id = await them.submit();
  await expect.poll(pending, { timeout: 10_000 }).toBeGreaterThan(0);
  proxy.restore();
  await expect.poll(() => them.row(id), { timeout: 20_000 }).toBeDefined();
  await expect.poll(pending, { timeout: 10_000 }).toBe(0);
  await component.stop(deadlineIn(5_000));
  await db.end();
});

test('the recorder goes on by itself when Redis is back', async () => {
  await using proxy = await startProxy(inject('redisUrl'));
  const { db, keys } = them;
  const log = silentLog();
  const redis = createRedis({ url: proxy.url, purpose: 'producer', name: 'test', log });
  const connection = redisComponent(redis);
  await connection.start();
  const component = historyRecorder({
    ...{ redis, keys, db, log, partitions: 1, backlog: 10_000, keptDays: 30, name: 'test' },
  });
  await component.start();
  const before = await them.submit();
  await expect.poll(() => them.row(before), { timeout: 10_000 }).toBeDefined();
  proxy.silence();
  await endJob(them, before);
  await expect
    .poll(async () => (await them.row(before))?.status, { timeout: 20_000 })
    .toBe('succeeded');
  await component.stop(deadlineIn(5_000));
  await connection.stop(deadlineIn(1_000));
});

test('a row that Postgres refuses does not hold up the others', async () => {
  await them.db.query(
    `alter table drover.jobs add constraint hostile check (resource not like '%poison%')`,
  );
  const ids = await Promise.all(
    Array.from({ length: 30 }, (_, n) => them.submit(n === 17 ? 'poison' : n)),
  );
  await them.recorder().catchUp();
  const known = (await them.rows()).map(({ id }) => id);
  expect(known.toSorted()).toEqual(ids.filter((_, n) => n !== 17).toSorted());
  expect(await pending()).toBe(0);
});
