import { prepareDatabase } from '@drover/jobs/database/prepare';
import { defineView, type ViewDefinition } from '@drover/jobs/views/define-view';
import { readRecord } from '@drover/jobs/views/record';
import { createViews } from '@drover/jobs/views/registry';
import { withClient } from '@drover/shared/database/client';
import { silentLog } from '@drover/shared/log';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { prepareOwn } from './prepared-database.ts';
import { balances, bankSql, refresh } from './view-fixtures.ts';

/** One row, and as many seconds to compute it as the table says. */
const slow = (more: Partial<ViewDefinition> = {}) =>
  defineView({
    name: 'slow',
    summary: 'Takes its time.',
    sql: 'select n, 1 / divisor as quotient, pg_sleep(seconds)::text as slept from pace',
    uniqueBy: ['n'],
    columns: { n: z.int(), quotient: z.int(), slept: z.string() },
    ...more,
  });

const pace = `create table pace (n int, divisor int, seconds float8);
  insert into pace values (1, 1, 0)`;

const rowsOf = async (own: Awaited<ReturnType<typeof prepareOwn>>) =>
  (await own.database.query('select n from drover_views.slow order by n')).map(({ n }) => n);

const untilRefreshing = async (own: Awaited<ReturnType<typeof prepareOwn>>) => {
  while (!(await own.running()).some((sql) => sql.startsWith('refresh')));
};

test('readers are served the old rows while a refresh runs, and an abort stops it', async () => {
  await using own = await prepareOwn([slow()], { before: pace });
  await own.database.query('update pace set n = 2, seconds = 600');
  const stopping = new AbortController();
  const refreshing = refresh(own, slow(), { signal: stopping.signal });
  await untilRefreshing(own);
  expect(await rowsOf(own)).toEqual([1]);
  stopping.abort(new Error('enough'));
  await expect(refreshing).rejects.toThrow('enough');
  while ((await own.running()).length > 0);
  expect(await rowsOf(own)).toEqual([1]);
  await own.database.query('update pace set seconds = 0');
  await refresh(own, slow());
  expect(await rowsOf(own)).toEqual([2]);
});

test('of two refreshes one waits for the other', async () => {
  await using own = await prepareOwn([slow()], { before: pace });
  await own.database.query('update pace set seconds = 0.3');
  let most = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const running = (await own.running()).filter((sql) => sql.startsWith('refresh'));
      most = Math.max(most, running.length);
    }
  })();
  await Promise.all([refresh(own, slow()), refresh(own, slow()), refresh(own, slow())]);
  isOver = true;
  await watching;
  expect(most).toBe(1);
  expect(await readRecord(own.pool, 'slow')).toMatchObject({ generation: 4, rows: 1 });
});

test('a refresh that fails is recorded, and the old rows stay', async () => {
  await using own = await prepareOwn([slow()], { before: pace });
  const before = await readRecord(own.pool, 'slow');
  await own.database.query('update pace set n = 2, divisor = 0');
  await expect(refresh(own, slow())).rejects.toMatchObject({
    code: 'view-refresh-failed',
    message: 'the query failed: division by zero, SQLSTATE 22012',
  });
  expect(await rowsOf(own)).toEqual([1]);
  expect(await readRecord(own.pool, 'slow')).toMatchObject({
    error: 'the query failed: division by zero, SQLSTATE 22012',
    failedAt: expect.any(Number),
    refreshedAt: before?.refreshedAt,
    rows: 1,
  });
  await own.database.query('update pace set divisor = 1');
  await refresh(own, slow());
  expect(await readRecord(own.pool, 'slow')).toMatchObject({ error: null, failedAt: null });
});

test('Postgres that is away postpones a refresh, a view that is away ends it', async () => {
  await using own = await prepareOwn();
  const url = 'postgres://nobody@127.0.0.1:1/none';
  await expect(
    refresh({ ...own, database: { ...own.database, url } }, slow()),
  ).rejects.toMatchObject({ code: 'retry-later' });
  await expect(refresh(own, slow())).rejects.toMatchObject({ code: 'view-missing' });
});

test('a view that others read is made anew with them, while the old ones are read', async () => {
  const rich = defineView({
    name: 'rich',
    summary: 'Accounts with much.',
    sql: 'select account from drover_views.balances where total > 50',
    uniqueBy: ['account'],
    columns: { account: z.int() },
    needs: ['balances'],
  });
  await using own = await prepareOwn([rich, balances()], { before: bankSql });
  const count = async () =>
    (await own.database.query('select count(*)::int as n from drover_views.rich'))[0].n;
  expect(await count()).toBe(50);
  const other = balances({
    sql: "select 1 as account, 'me' as owner, 1 as entries, 51 as total",
    refresh: {},
  });
  await withClient({ url: own.database.url, name: 'reader' }, async (reader) => {
    await reader.query('begin');
    await reader.query('select from drover_views.rich');
    const prepared = prepareDatabase({
      url: own.database.url,
      name: 'test',
      demo: false,
      views: createViews([rich, other]),
      log: silentLog(),
    });
    const isThere = async (name: string) =>
      (await own.database.query(`select to_regclass('drover_views.${name}') as it`))[0].it !== null;
    while (!(await isThere('balances__old')));
    expect((await reader.query('select from drover_views.rich')).rowCount).toBe(50);
    await reader.query('commit');
    await prepared;
    expect(await count()).toBe(1);
    expect(await isThere('balances__old')).toBe(false);
    expect(await isThere('rich__old')).toBe(false);
  });
});
