import { jobStats } from '@drover/jobs/views/job-stats';
import { jobStatsDaily } from '@drover/jobs/views/job-stats-daily';
import { jobTotals } from '@drover/jobs/views/job-totals';
import { expect, test } from 'vitest';
import { type EndedJob, recordEnds } from '../../../tests/ended-jobs.ts';
import { type PreparedDatabase, prepareOwn } from './prepared-database.ts';
import { differences, refresh } from './view-fixtures.ts';

const views = [jobStats, jobTotals, jobStatsDaily];

const refreshAll = async (own: PreparedDatabase) => {
  for (const view of views) await refresh(own, view);
};

const record = (own: PreparedDatabase, jobs: readonly EndedJob[]) =>
  recordEnds(own.database.query, jobs);

/** What the rows of the history themselves say, by tenant, type, hour and outcome. */
const counted = (own: PreparedDatabase) =>
  own.database.query(
    `select tenant, type, date_trunc('hour', finished_at, 'UTC') as hour, status as outcome,
            count(*) as jobs, sum(attempts_made - 1) as retries
       from drover.jobs where finished_at is not null group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
  );

const shown = (own: PreparedDatabase) =>
  own.database.query(
    `select tenant, type, hour, outcome, jobs, retries::numeric as retries
       from drover_views.job_stats order by 1, 2, 3, 4`,
  );

/** A number from 0 on that is always the same for the same two. */
const chance = (n: number, salt: number, below: number) =>
  ((n * 7_919 + salt * 104_729) >>> 3) % below;

const someJob = (n: number, round: number): EndedJob => ({
  id: `job-${n}`,
  tenant: ['acme', 'other', 'third'][chance(n, 1, 3)] ?? '',
  type: ['demo.echo', 'email.send'][chance(n, 2, 2)] ?? '',
  status: ['succeeded', 'failed', 'canceled', 'expired', 'queued'][chance(n, round, 5)] ?? '',
  endedAt:
    chance(n, round, 5) === 4
      ? null
      : new Date(Date.UTC(2026, 2, 1, chance(n, round + 3, 72))).toISOString(),
  ran: chance(n, round + 5, 4) === 0 ? null : chance(n, round + 6, 100_000),
  waited: chance(n, round + 7, 5_000),
  attempts: 1 + chance(n, round + 8, 4),
});

test('whatever is written of jobs, and however often, each counts as it ended last', async () => {
  await using own = await prepareOwn(views);
  for (let round = 0; round < 4; round += 1) {
    const jobs = Array.from({ length: 300 }, (_, n) => someJob(n + round * 50, round));
    // Several recorders, each with a part, and some of it twice.
    await Promise.all([record(own, jobs.slice(0, 200)), record(own, jobs.slice(200))]);
    await record(own, jobs.slice(100, 150));
    await refreshAll(own);
    expect(await shown(own)).toEqual(await counted(own));
    for (const view of views) expect(await differences(own, view), view.name).toEqual([]);
  }
});

test('percentiles are within 5 % of the truth, over hours and types too', async () => {
  await using own = await prepareOwn(views);
  const jobs = Array.from({ length: 1_000 }, (_, n) => ({
    id: `job-${n}`,
    type: n % 2 === 0 ? 'demo.echo' : 'email.send',
    endedAt: n % 3 === 0 ? '2026-03-01T10:30:00Z' : '2026-03-01T11:30:00Z',
    ran: (n + 1) * 10,
    waited: 2 ** (n % 11),
  }));
  await record(own, jobs);
  await refreshAll(own);
  const [row] = await own.database.query(
    `select run_p50_ms::int, run_p95_ms::int, run_p99_ms::int, wait_p50_ms::int, wait_p99_ms::int
       from drover_views.job_stats_daily where tenant = '*' and type = '*'`,
  );
  const isNear = (value: number, truth: number) => Math.abs(value / truth - 1) <= 0.06;
  expect(isNear(row.run_p50_ms, 5_000), JSON.stringify(row)).toBe(true);
  expect(isNear(row.run_p95_ms, 9_500), JSON.stringify(row)).toBe(true);
  expect(isNear(row.run_p99_ms, 9_900), JSON.stringify(row)).toBe(true);
  expect(isNear(row.wait_p50_ms, 32), JSON.stringify(row)).toBe(true);
  expect(isNear(row.wait_p99_ms, 1_024), JSON.stringify(row)).toBe(true);
});

test('a job that never started counts, with no durations', async () => {
  await using own = await prepareOwn(views);
  await record(own, [{ id: 'a', status: 'canceled', endedAt: '2026-03-01T10:30:00Z', ran: null }]);
  await refreshAll(own);
  const rows = await own.database.query(
    'select jobs, wait_p50_ms, run_p99_ms from drover_views.job_stats',
  );
  expect(rows).toEqual([{ jobs: '1', wait_p50_ms: null, run_p99_ms: null }]);
});

test('what is deleted with its day stays counted; counting anew mends what was written past it', async () => {
  await using own = await prepareOwn(views);
  const endedAt = new Date().toISOString();
  await record(own, [
    { id: 'a', endedAt },
    { id: 'b', endedAt },
  ]);
  await refreshAll(own);
  const before = await shown(own);
  expect(before).toMatchObject([{ jobs: '2' }]);
  await own.database.query("delete from drover.jobs where id = 'a'");
  await refreshAll(own);
  expect(await shown(own)).toEqual(before);
  await own.database.query('select drover.recount_jobs($1)', [endedAt]);
  await refreshAll(own);
  expect(await shown(own)).toEqual(await counted(own));
  expect(await shown(own)).toMatchObject([{ jobs: '1' }]);
  for (const view of views) expect(await differences(own, view), view.name).toEqual([]);
});

test('counts of more than four hundred days ago go', async () => {
  await using own = await prepareOwn(views);
  await record(own, [
    { id: 'old', endedAt: new Date(Date.now() - 401 * 86_400_000).toISOString() },
    { id: 'new', endedAt: new Date().toISOString() },
  ]);
  await refreshAll(own);
  expect(await shown(own)).toMatchObject([{ jobs: '1' }]);
});
