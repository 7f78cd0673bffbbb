import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineView, type View } from '@drover/jobs/views/define-view';
import { silentLog } from '@drover/shared/log';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createReports } from '../src/services/reports/reports.ts';
import { type PreparedDatabase, prepareOwn } from './prepared-database.ts';

const rows = defineView({
  name: 'rows',
  summary: 'Some rows.',
  sql: 'select n from generate_series(1, 1000) as n',
  uniqueBy: ['n'],
  columns: { n: z.int() },
});

/** A "view" that never comes to an end: a query in place of the relation. */
const endless: View = {
  ...rows,
  relation: '(select n from rows, pg_sleep(600)) as endless',
};

const write = ({ pool }: PreparedDatabase, view: View, signal: AbortSignal) =>
  createReports({ pool, log: silentLog() }).write(
    { view, tenant: 'dev', format: 'csv', filter: {}, escapeFormulas: true },
    { signal, onRows: () => undefined },
  );

const untilIdle = async (own: PreparedDatabase) => {
  while ((await own.running()).length > 0);
};

test('a canceled report stops its query on the server', async () => {
  await using own = await prepareOwn([rows]);
  await own.database.query(`create table rows as select 1 as n`);
  const canceling = new AbortController();
  const written = buffer(write(own, endless, canceling.signal));
  const failed = expect(written).rejects.toThrow();
  while ((await own.running()).length === 0);
  canceling.abort(new Error('canceled'));
  await failed;
  await untilIdle(own);
  expect(own.pool.idleCount).toBe(own.pool.totalCount);
});

test('a report that is given up half-way lets go of its connection', async () => {
  await using own = await prepareOwn([rows]);
  const content = write(own, rows, new AbortController().signal);
  for await (const _ of content) break;
  expect(own.pool.totalCount).toBe(own.pool.idleCount);
  expect(await own.running()).toEqual([]);
});

test('a statement that takes too long is given up, and is worth a retry', async () => {
  await using own = await prepareOwn([rows], { statementTimeoutMs: 100 });
  await own.database.query(`create table rows as select 1 as n`);
  const content = buffer(write(own, endless, new AbortController().signal));
  await expect(content).rejects.toMatchObject({ name: 'CodedError', code: 'database-busy' });
});

test('a file that is written slowly is no long statement', async () => {
  await using own = await prepareOwn([rows], { statementTimeoutMs: 200 });
  const startedAt = performance.now();
  let text = '';
  for await (const chunk of write(own, rows, new AbortController().signal)) {
    text += chunk;
    await sleep(50);
  }
  expect(performance.now() - startedAt).toBeGreaterThan(200);
  expect(text.trimEnd().split('\r\n')).toHaveLength(1_001);
});

test('when all connections are in use, the job waits without losing an attempt', async () => {
  await using own = await prepareOwn([rows], { max: 1, acquireTimeoutMs: 50 });
  const busy = await own.pool.connect();
  const content = buffer(write(own, rows, new AbortController().signal));
  await expect(content).rejects.toMatchObject({ name: 'RetryLater' });
  busy.release();
});

test('a Postgres that goes away is told as such, and the process lives', async () => {
  await using own = await prepareOwn([rows]);
  await own.database.query(`create table rows as select 1 as n`);
  const content = buffer(write(own, endless, new AbortController().signal));
  const failed = expect(content).rejects.toMatchObject({ code: 'database-unavailable' });
  while ((await own.running()).length === 0);
  await own.database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'worker'`,
  );
  await failed;
});
