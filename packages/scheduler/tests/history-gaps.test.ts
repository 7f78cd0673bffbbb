import { addJobs } from '@drover/jobs/adding/add-jobs';
import { toQueuedJob } from '@drover/jobs/record/queued-job';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endJob, type HistoryTest, noteType, openHistory, queue } from './history-fixtures.ts';

let them: HistoryTest;
beforeEach(async () => {
  them = await openHistory();
});
afterEach(() => them[Symbol.asyncDispose]());

const events = () => them.keys.inQueue(queue, 0, 'events');

/** The state before a test: all known gaps are closed. */
const settle = async () => {
  await them.recorder().catchUp();
  await them.redis.del(them.keys.historyOwed(0));
};

test('a recorder that comes to a Drover at work owes all that was before it', async () => {
  const [waits, done] = [await them.submit(), await them.submit()];
  await endJob(them, done);
  await them.redis.del(events());
  await them.recorder().catchUp();
  expect(await them.owed()).toContain(queue);
  expect(await them.rows()).toEqual([]);

  expect(await them.reconcile()).toBe(2);
  expect(await them.row(waits)).toMatchObject({ status: 'queued' });
  expect(await them.row(done)).toMatchObject({ status: 'succeeded' });
  expect(await them.reconcile()).toBeLessThanOrEqual(1);
});

test('entries that were trimmed before they were recorded are noticed, and made up for', async () => {
  await settle();
  const [known, missed] = [await them.submit(), await them.submit()];
  await them.recorder().catchUp();
  await endJob(them, known);
  await endJob(them, missed);
  const late = await them.submit();
  await them.redis.xtrim(events(), 'MAXLEN', 1);
  await them.recorder().catchUp();
  expect(await them.owed()).toEqual([queue]);
  expect(await them.row(known)).toMatchObject({ status: 'queued' });

  await them.reconcile();
  for (const id of [known, missed]) {
    expect(await them.row(id)).toMatchObject({ status: 'succeeded' });
  }
  expect(await them.row(late)).toMatchObject({ status: 'queued' });
});

test('the recorder sets how many entries BullMQ keeps, and a stream stays within it', async () => {
  await them.recorder({ backlog: 1_000 }).catchUp();
  const ids = await Promise.all(Array.from({ length: 800 }, () => them.submit()));
  expect(await them.redis.xlen(events())).toBeLessThan(1_200);
  await them.recorder({ backlog: 1_000 }).catchUp();
  expect(await them.owed()).toContain(queue);
  await them.reconcile();
  expect((await them.rows()).length).toBe(ids.length);
});

test('what Redis has lost is marked once, and keeps its last status; what had ended stays', async () => {
  await settle();
  const [lost, done] = [await them.submit(), await them.submit()];
  await endJob(them, done);
  const recorder = them.recorder();
  await recorder.catchUp();
  // As FLUSHALL does, but for the other tests.
  await them.redis.del(...(await them.redis.keys(`{${them.prefix}-*`)));

  const id = await them.submit();
  await expect(recorder.catchUp()).rejects.toThrow('NOGROUP');
  await recorder.catchUp();
  expect(await them.owed()).toContain(queue);
  await them.reconcile();
  expect(await them.row(lost)).toMatchObject({ status: 'queued', gone_at: expect.any(Date) });
  expect(await them.row(done)).toMatchObject({ status: 'succeeded', gone_at: null });
  expect(await them.row(id)).toMatchObject({ status: 'queued', gone_at: null });
});

test('jobs of another Drover that shares the database are left alone', async () => {
  await settle();
  const id = await them.submit();
  await them.recorder().catchUp();
  await them.db.query(`update drover.jobs set origin = '{other-0}'`);
  await them.redis.del(them.keys.inQueue(queue, 0, id));
  await them.reconcile();
  expect(await them.row(id)).toMatchObject({ gone_at: null });
});

test('what was lost and comes back is as it is: a later read counts', async () => {
  await settle();
  const id = await them.submit();
  await them.recorder().catchUp();
  const key = them.keys.inQueue(queue, 0, id);
  await them.redis.rename(key, them.keys.inQueue(queue, 0, 'aside'));
  await them.reconcile();
  expect(await them.row(id)).toMatchObject({ gone_at: expect.any(Date) });
  await them.redis.rename(them.keys.inQueue(queue, 0, 'aside'), key);
  await endJob(them, id);
  await them.recorder().catchUp();
  expect(await them.row(id)).toMatchObject({ status: 'succeeded', gone_at: null });
});

test('a job that failed, was redriven and failed again in a gap has its latest end', async () => {
  await settle();
  const id = await them.submit();
  await endJob(them, id);
  await them.recorder().catchUp();
  const before = await them.row(id);
  const later = Date.now() + 5_000;
  await them.redis.hset(them.keys.inQueue(queue, 0, id), 'finishedOn', later);
  await them.redis.xtrim(events(), 'MAXLEN', 0);
  expect(await them.reconcile()).toBe(1);
  expect((await them.row(id))?.finished_at?.getTime()).toBe(later);
  expect(before?.finished_at?.getTime()).toBeLessThan(later);
});

test('what ended and whose day was dropped is not recorded again; what has not ended is', async () => {
  await settle();
  const at = Date.now() - 40 * 86_400_000;
  const submitted = async (seed: string) => {
    const submission = { type: noteType, payload: null, tenant: 'acme' };
    const job = toQueuedJob(submission, { partitions: 1, derive: { seed, at, partition: 0 } });
    await addJobs(them.queues, [{ job }]);
    return job.id;
  };
  const [ended, open] = [await submitted('ended'), await submitted('open')];
  await endJob(them, ended);
  await them.redis.del(events());
  expect(await them.reconcile()).toBe(1);
  expect((await them.rows()).map(({ id }) => id)).toEqual([open]);
});
