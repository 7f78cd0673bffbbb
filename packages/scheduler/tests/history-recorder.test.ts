import { parseJobId } from '@drover/shared/job-id';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endJob, type HistoryTest, openHistory, queue } from './history-fixtures.ts';

let them: HistoryTest;
beforeAll(async () => {
  them = await openHistory();
});
afterAll(() => them[Symbol.asyncDispose]());

test('an accepted job is recorded as it is, and its end in the same row', async () => {
  const recorder = them.recorder();
  const payload = { order: 'A-17 \0 "x"', note: '\\ {a,b}' };
  const id = await them.submit(payload, { tags: ['vip', 'eu "west"'] });
  await recorder.catchUp();
  const accepted = await them.row(id);
  expect(accepted).toMatchObject({
    tenant: 'acme',
    type: 'demo.note',
    queue,
    status: 'queued',
    priority: 5,
    tags: ['vip', 'eu "west"'],
    finished_at: null,
    attempts_made: 0,
    attempts_max: 3,
    resource: { id, payload, result: null },
  });

  await endJob(them, id, { value: 'done' });
  await recorder.catchUp();
  const rows = (await them.rows()).filter((row) => row.id === id);
  expect(rows).toMatchObject([
    { status: 'succeeded', attempts_made: 1, resource: { result: { value: 'done' }, payload } },
  ]);
  expect(rows[0]?.finished_at?.toISOString()).toBe(rows[0]?.resource.finishedAt);
});

test('the row is in the partition of the day on which the job was submitted', async () => {
  const id = await them.submit();
  await them.recorder().catchUp();
  const [row] = await them.database.query(
    'select relname, submitted_at from drover.jobs join pg_class on oid = jobs.tableoid where id = $1',
    [id],
  );
  const day = row.submitted_at.toISOString().slice(0, 10).replaceAll('-', '');
  expect(row.relname).toBe(`jobs_${day}`);
});

test('many changes are one row each, of many jobs; progress and repeats are none', async () => {
  const recorder = them.recorder();
  const ids = await Promise.all(Array.from({ length: 700 }, () => them.submit()));
  for (const id of ids.slice(0, 300)) await endJob(them, id);
  const events = them.keys.inQueue(queue, 0, 'events');
  const progress = ['event', 'progress', 'jobId', ids[0] as string, 'data', '1'];
  await them.redis.xadd(events, '*', ...progress);
  const { entries, rows } = await recorder.catchUp();
  expect(entries).toBeGreaterThan(1_700);
  expect(rows).toBeGreaterThanOrEqual(700);
  const { rows: counted } = await them.db.query<{ status: string; count: number }>(
    `select status, count(*)::int as count from drover.jobs where id = any ($1) group by 1`,
    [ids],
  );
  expect(counted.sort((a, b) => a.count - b.count)).toEqual([
    { status: 'succeeded', count: 300 },
    { status: 'queued', count: 400 },
  ]);

  await them.redis.xadd(events, '*', ...progress);
  expect(await recorder.catchUp()).toMatchObject({ rows: 0 });
});

test('all is acknowledged when it is committed, and streams that have grown are trimmed', async () => {
  const recorder = them.recorder();
  const events = them.keys.inQueue(queue, 0, 'events');
  const pipeline = them.redis.pipeline();
  for (let n = 0; n < 11_000; n += 1) pipeline.xadd(events, '*', 'event', 'drained');
  await pipeline.exec();
  const id = await them.submit();
  await recorder.catchUp();
  expect(await them.redis.xpending(events, 'history')).toMatchObject([0, null, null, null]);
  await recorder.tend();
  expect(await them.redis.xlen(events)).toBeLessThan(1_000);
  expect(await them.row(id)).toMatchObject({ status: 'queued' });
  // What shows where the group is has stayed: there is no gap.
  await them.redis.del(them.keys.historyOwed(0));
  await them.recorder().catchUp();
  expect(await them.owed()).toEqual([]);
});

test('internal queues are not recorded, nor jobs that are none of ours', async () => {
  const recorder = them.recorder();
  await them.queues.get('settle', 0).add('webhook', { job: 'x' });
  await them.queues.get(queue, 0).add('foreign', { some: 'data' });
  await them.queues.get(queue, 0).add('foreign', { tenant: 'x', payload: 1 }, { jobId: 'mine' });
  await recorder.catchUp();
  const rows = await them.rows();
  expect(rows.filter(({ type }) => type === 'foreign' || type === 'webhook')).toEqual([]);
  expect(rows.every(({ id }) => parseJobId(id))).toBe(true);
});

test('a job that was removed before it had ended is marked, and keeps its last status', async () => {
  const recorder = them.recorder();
  const id = await them.submit();
  await recorder.catchUp();
  await them.queues.get(queue, 0).remove(id);
  await recorder.catchUp();
  expect(await them.row(id)).toMatchObject({ status: 'queued', gone_at: expect.any(Date) });
});

test('a later end that BullMQ has told of replaces the one that a job was found by', async () => {
  const recorder = them.recorder();
  const id = await them.submit();
  await endJob(them, id);
  await recorder.catchUp();
  await them.db.query(
    "update drover.jobs set finished_at = finished_at - interval '1s' where id = $1",
    [id],
  );
  await them.redis.del(them.keys.inQueue(queue, 0, id));
  const failed = ['event', 'failed', 'jobId', id, 'failedReason', 'broken'];
  await them.redis.xadd(them.keys.inQueue(queue, 0, 'events'), '*', ...failed);
  await recorder.catchUp();
  expect(await them.row(id)).toMatchObject({ status: 'failed' });
  const terms = await them.database.query(
    `select term from drover.jobs, unnest(tsvector_to_array(words)) term
     where id = $1 and term ~ '^[sc]=' order by term`,
    [id],
  );
  expect(terms).toEqual([{ term: 'c=failed' }, { term: 's=failed' }]);
});

test('a job that is gone before its end was read has the end that BullMQ has told of', async () => {
  const recorder = them.recorder();
  const [good, bad] = [await them.submit({ n: 1 }), await them.submit({ n: 2 })];
  await recorder.catchUp();
  await endJob(them, good, { value: 5 });
  await them.redis.del(them.keys.inQueue(queue, 0, good), them.keys.inQueue(queue, 0, bad));
  const events = them.keys.inQueue(queue, 0, 'events');
  const failed = ['event', 'failed', 'jobId', bad, 'failedReason', 'no\0pe'];
  await them.redis.xadd(events, '*', ...failed);
  await recorder.catchUp();
  expect(await them.row(good)).toMatchObject({
    status: 'succeeded',
    gone_at: null,
    resource: { status: 'succeeded', result: { value: 5 }, payload: { n: 1 } },
  });
  expect(await them.row(bad)).toMatchObject({
    status: 'failed',
    error_message: 'no pe',
    resource: { status: 'failed', error: { message: 'no\0pe' } },
  });
  const found = await them.database.query(
    `select id from drover.jobs where words @@ websearch_to_tsquery('simple', 'pe')`,
  );
  expect(found).toEqual([{ id: bad }]);
});
