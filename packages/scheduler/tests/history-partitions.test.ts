import { readHistoryPage } from '@drover/jobs/history/page';
import { addDay, dayAfter, dayOf, listDays } from '@drover/jobs/history/partitions';
import { toRow } from '@drover/jobs/history/row';
import { writeRows } from '@drover/jobs/history/write';
import { derivedJobId } from '@drover/shared/job-id';
import { silentLog } from '@drover/shared/log';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tidyHistory } from '../src/history/janitor.ts';
import { type HistoryTest, openHistory, queue } from './history-fixtures.ts';

let them: HistoryTest;
beforeEach(async () => {
  them = await openHistory();
});
afterEach(() => them[Symbol.asyncDispose]());

const dayMs = 86_400_000;
const now = Date.parse('2026-06-15T12:00:00Z');
const today = dayOf(now);

const tidy = (at = now) => tidyHistory({ db: them.db, keptDays: 30, log: silentLog() }, at);

const stored = (at: number, finishedOn?: number): StoredJob => ({
  place: finishedOn === undefined ? 'waiting' : 'completed',
  name: 'demo.note',
  data: { tenant: 'acme', payload: null },
  opts: {},
  priority: 5,
  timestamp: at,
  dueAt: undefined,
  progress: null,
  attemptsMade: 0,
  attemptsStarted: 0,
  processedOn: finishedOn,
  finishedOn,
  worker: undefined,
  traces: [],
  latestTrace: '',
  returnvalue: null,
  deferredFailure: false,
  logged: 0,
  losses: '',
});

/** Writes a row of a job that was submitted so many days ago. */
const write = async (daysAgo: number, finishedDaysAgo?: number): Promise<string> => {
  const at = now - daysAgo * dayMs;
  const id = derivedJobId(queue, 0, { seed: `${daysAgo} ${finishedDaysAgo}`, at });
  const finished = finishedDaysAgo === undefined ? undefined : now - finishedDaysAgo * dayMs;
  const row = toRow({ id, queue, partition: 0 }, stored(at, finished), 1, '{test-0}');
  if (!row) throw new Error('no row');
  await writeRows(them.db, [row]);
  return id;
};

const partitionOf = async (id: string): Promise<string | undefined> => {
  const [row] = await them.database.query(
    'select relname from drover.jobs join pg_class on oid = jobs.tableoid where id = $1',
    [id],
  );
  return row?.relname;
};

test('partitions are made for the days to come; making them again does nothing', async () => {
  await Promise.all([tidy(), tidy()]);
  await tidy();
  expect(await listDays(them.db)).toEqual([0, 1, 2, 3].map((days) => dayAfter(today, days)));
});

test('rows that came before the partition of their day are moved into it', async () => {
  const id = await write(2);
  expect(await partitionOf(id)).toBe('jobs_default');
  await addDay(them.db, dayAfter(today, -2));
  expect(await partitionOf(id)).toBe('jobs_20260613');
});

test('days that are over are dropped as a whole; what has not ended is kept', async () => {
  for (const days of [31, 30]) await addDay(them.db, dayAfter(today, -days));
  const [ended, open, kept] = [await write(31, 31), await write(31), await write(30, 30)];
  await tidy();
  expect(await partitionOf(ended)).toBeUndefined();
  expect(await partitionOf(open)).toBe('jobs_default');
  expect(await partitionOf(kept)).toBe('jobs_20260516');
  const tables = await them.database.query(
    "select 1 from pg_class where relname = 'jobs_20260515'",
  );
  expect(tables).toEqual([]);
});

test('what outlived its day is removed when its end is as old', async () => {
  const [long, recent, odd] = [await write(90, 40), await write(90, 3), await write(-400, 40)];
  await tidy();
  expect(await partitionOf(long)).toBeUndefined();
  expect(await partitionOf(odd)).toBeUndefined();
  expect(await partitionOf(recent)).toBe('jobs_default');
});

test('a day is dropped while others read and write; who holds the table is not waited for', async () => {
  await addDay(them.db, dayAfter(today, -31));
  const reader = await them.db.connect();
  await reader.query('begin');
  await reader.query('select count(*) from drover.jobs');
  await expect(tidy()).rejects.toMatchObject({ code: '55P03' });
  await reader.query('commit');
  reader.release();
  await tidy();
  expect((await listDays(them.db))[0]).toBe(today);
});

/** Enough jobs of yesterday that a search for others asks the index. */
const crowd = `
  insert into drover.jobs (submitted_at, id, tenant, type, queue, status, priority, created_at, run_at,
    attempts_made, attempts_max, resource, words, seen_at)
  select $1::timestamptz, 'crowd ' || n, 'acme', 'demo.other', 'demo', 'queued', 5, now(), now(), 0, 1, '{}', '', 0
    from generate_series(1, 300) n`;

test('what outlived its day is found when the day has a partition again', async () => {
  await addDay(them.db, dayAfter(today, -31));
  const id = await write(31);
  await tidy();
  expect(await partitionOf(id)).toBe('jobs_default');
  await addDay(them.db, dayAfter(today, -31));
  expect(await partitionOf(id)).toBe('jobs_20260515');
  await them.db.query(crowd, [new Date(now - dayMs)]);
  const { jobs } = await readHistoryPage(
    them.db,
    { tenant: 'acme', type: ['demo.note'] },
    { limit: 5 },
  );
  expect(jobs.map((job) => job.id)).toEqual([id]);
});

test('kinds of days without a partition are forgotten, and noted again with one', async () => {
  const daysWithKinds = async () => {
    const rows = await them.database.query(
      'select distinct day::text from drover.job_kinds order by 1',
    );
    return rows.map(({ day }) => day);
  };
  await Promise.all([write(0), write(40), write(90, 40)]);
  await tidy();
  expect(await daysWithKinds()).toEqual([today]);
  await addDay(them.db, dayAfter(today, -40));
  expect(await daysWithKinds()).toEqual([dayAfter(today, -40), today]);
});
