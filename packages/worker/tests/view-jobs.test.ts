import { createDeadLetterService } from '@drover/jobs/dead-letters/service';
import { readRecord } from '@drover/jobs/views/record';
import { expect, test } from 'vitest';
import { paceSql, views } from './hostile/view-jobs.ts';
import { type PreparedDatabase, prepareOwn } from './prepared-database.ts';
import { workerProcesses } from './worker-processes.ts';

const open = () => prepareOwn(views.all, { before: paceSql });

const rowsOf = async ({ database }: PreparedDatabase, view: 'paced' | 'derived') =>
  (await database.query(`select * from drover_views.${view}`)).map((row) => row.n ?? row.tenfold);

const isRefreshing = async ({ database }: PreparedDatabase) =>
  (
    await database.query(
      `select from pg_stat_activity where datname = current_database() and state = 'active'
          and query ilike 'refresh materialized view%'`,
    )
  ).length > 0;

test('a refresh is followed by those of the views that are made of it, and the cache is warmed', async () => {
  await using own = await open();
  await using workers = await workerProcesses({ DATABASE_URL: own.database.url });
  await workers.start();
  await own.database.query('update pace set n = 7');
  const { result } = await workers.end(await workers.submit('view.refresh', { view: 'paced' }));
  expect(result).toMatchObject({
    refreshed: [
      { view: 'paced', rows: 1 },
      { view: 'derived', rows: 1 },
    ],
  });
  expect(await rowsOf(own, 'derived')).toEqual([70]);
  const { redis, keys } = workers.queues;
  const warmed = async () => redis.zrange(keys.cacheNames, '0', '-1');
  await expect.poll(warmed, { timeout: 10_000 }).toEqual([expect.stringContaining('view-pages')]);
});

test('a worker that is killed in mid-refresh leaves the old rows, and the next one ends it', async () => {
  await using own = await open();
  await using workers = await workerProcesses({ DATABASE_URL: own.database.url });
  const first = await workers.start();
  await own.database.query('update pace set n = 2, seconds = 600');
  const id = await workers.submit('view.refresh', { view: 'paced' });
  while (!(await isRefreshing(own)));
  first.child.kill('SIGKILL');
  await first.ended;
  expect(await rowsOf(own, 'paced')).toEqual([1]);
  await own.database.query('update pace set seconds = 0');
  await workers.start();
  expect(await workers.end(id)).toMatchObject({ place: 'completed' });
  expect(await isRefreshing(own)).toBe(false);
  expect(await rowsOf(own, 'paced')).toEqual([2]);
  expect(await rowsOf(own, 'derived')).toEqual([20]);
});

test('a refresh that fails is retried, then a dead letter; its view says why and keeps its rows', async () => {
  await using own = await open();
  await using workers = await workerProcesses({ DATABASE_URL: own.database.url });
  await workers.start();
  await own.database.query('update pace set n = 2, divisor = 0');
  const options = { attempts: 2, backoff: { kind: 'fixed', delay: 10 } } as never;
  const id = await workers.submit('view.refresh', { view: 'paced' }, options);
  expect(await workers.end(id)).toMatchObject({
    place: 'failed',
    made: 2,
    failure: { code: 'view-refresh-failed' },
  });
  const letters = createDeadLetterService(workers.queues, 1);
  await expect.poll(() => letters.count({ tenant: 'test' } as never), { timeout: 10_000 }).toBe(1);
  expect(await rowsOf(own, 'paced')).toEqual([1]);
  expect(await readRecord(own.pool, 'paced')).toMatchObject({
    error: 'the query failed: division by zero, SQLSTATE 22012',
  });
});
