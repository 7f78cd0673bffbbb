import type { NewJob, SubmittedJob } from '@drover/jobs/definition/context';
import type { JobType } from '@drover/jobs/definition/define-job';
import { PermanentError } from '@drover/jobs/definition/errors';
import { decodeFailure } from '@drover/jobs/record/failure';
import { retryJob } from '@drover/jobs/transitions/retry';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import type { Job } from 'bullmq';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { anyJob, type RunningWorker, startWorker } from './running-worker.ts';

const child = anyJob('test.child', async ({ payload }) => payload, {
  payload: z.strictObject({ n: z.int() }),
});

/** A handler that submits, fails its first attempt and submits again. */
const twice = (
  type: string,
  submitAll: (submit: Parameters<JobType['run']>[0]['submit'], attempt: number) => Promise<unknown>,
) =>
  anyJob(type, async ({ attempt, submit }) => {
    const submitted = await submitAll(submit, attempt);
    if (attempt === 1) throw new Error('once more');
    return submitted;
  });

const run = async (worker: RunningWorker, type: string, payload: unknown = {}) =>
  worker.finished(await worker.submit(type, payload));

const failureOf = (job: Job) => decodeFailure(job.stacktrace?.at(-1) ?? '');

/** How many jobs of that type there are, in whatever state. */
const count = async (worker: RunningWorker, type: string): Promise<number> =>
  (await worker.queue.getJobs()).filter((job) => job?.name === type).length;

test('a job enqueues another one, of its tenant and by the rules of the API', async () => {
  const parent = anyJob('test.parent', ({ submit }) =>
    submit({ type: 'test.child', payload: { n: 1 }, options: { priority: 2, tags: ['night'] } }),
  );
  await using worker = await startWorker([parent, child]);
  const { id, url } = (await run(worker, 'test.parent')).returnvalue as SubmittedJob;
  expect(url).toBe(`/jobs/${id}`);
  const submitted = await worker.queue.getJob(id);
  expect(submitted?.data).toEqual({ tenant: 'test', payload: { n: 1 }, tags: ['night'] });
  expect(submitted?.priority).toBe(2);
  expect((await worker.finished(submitted as Job)).returnvalue).toEqual({ n: 1 });
});

test('an attempt that submits again gets the jobs of the first one', async () => {
  const parent = twice('test.parent', (submit, attempt) =>
    Promise.all([
      submit({ type: 'test.child', payload: { n: 1 } }),
      submit({ type: 'test.child', payload: { n: 1 } }),
      submit({ type: 'test.child', payload: { n: attempt } }, { name: 'third' }),
    ]),
  );
  await using worker = await startWorker([parent, child]);
  const ids = (await run(worker, 'test.parent')).returnvalue as SubmittedJob[];
  expect(new Set(ids.map(({ id }) => id)).size).toBe(3);
  expect(await count(worker, 'test.child')).toBe(3);
  const third = await worker.queue.getJob(ids[2]?.id ?? '');
  expect(third?.data.payload).toEqual({ n: 1 });
});

test('so it is when the first job has finished, and when its record is gone', async () => {
  let finished = Promise.withResolvers<void>();
  const parent = twice('test.parent', async (submit, attempt) => {
    const submitted = await submit({ type: 'test.child', payload: { n: 1 } });
    if (attempt === 1) await finished.promise;
    return submitted;
  });
  await using worker = await startWorker([parent, child]);
  for (const forget of [false, true]) {
    finished = Promise.withResolvers();
    const job = await worker.submit('test.parent', { forget });
    await expect.poll(async () => (await worker.queue.getCompleted()).length % 2).toBe(1);
    if (forget) {
      const records = await worker.redis.keys(worker.queues.keys.idempotency(0, '*'));
      await worker.redis.del(records);
    }
    finished.resolve();
    await worker.finished(job);
  }
  expect(await count(worker, 'test.child')).toBe(2);
});

test('what a dedupe key stood for it stands for again', async () => {
  const parent = twice('test.parent', (submit) =>
    submit({ type: 'test.child', payload: { n: 2 }, options: { dedupe: { key: 'one' } } }),
  );
  await using worker = await startWorker([parent, child]);
  const options = { dedupe: { key: 'one', mode: 'until-finished' as const }, delay: 3_600_000 };
  const earlier = await worker.submit('test.child', { n: 1 }, options);
  const { id } = (await run(worker, 'test.parent')).returnvalue as SubmittedJob;
  expect(id).toBe(earlier.id);
  expect(await count(worker, 'test.child')).toBe(1);
});

test('a job that is run again by hand submits anew only when its payload is another', async () => {
  const parent = anyJob(
    'test.parent',
    async ({ payload, submit }) => {
      await submit({ type: 'test.child', payload: { n: Number(payload) } });
      throw new PermanentError('not good enough');
    },
    { retry: { attempts: 1 } },
  );
  await using worker = await startWorker([parent, child]);
  const job = await run(worker, 'test.parent', 1);
  const address = { id: job.id ?? '', queue: 'demo', partition: 0 };
  for (const [payload, children] of [
    [1, 1],
    [2, 2],
  ]) {
    const stored = (await worker.queues.read(address)) as StoredJob;
    const data = { ...(stored.data as object), payload };
    expect(await retryJob(worker.queues, address, { ...stored, data })).toBe(true);
    const failedAgain = async () => {
      const { place, attemptsMade } = (await worker.queues.read(address)) as StoredJob;
      return place === 'failed' && attemptsMade > stored.attemptsMade;
    };
    await expect.poll(failedAgain).toBe(true);
    expect(await count(worker, 'test.child')).toBe(children);
  }
});

const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;

test.each<[string, NewJob, string]>([
  ['of an unknown type', { type: 'test.chil', payload: { n: 1 } }, 'unknown-job-type'],
  ['with a payload that does not fit', { type: 'test.child', payload: 1 }, 'invalid-submission'],
  [
    'with an unknown option',
    { type: 'test.child', payload: { n: 1 }, options: { prio: 1 } as object },
    'invalid-submission',
  ],
  ['that is no JSON', { type: 'test.child', payload: cyclic }, 'invalid-submission'],
  ['with a BigInt', { type: 'test.child', payload: { n: 1n } }, 'invalid-submission'],
  [
    'of 2 MB',
    { type: 'test.child', payload: { n: 1, text: 'x'.repeat(2_000_000) } },
    'invalid-submission',
  ],
  ['that is nothing', undefined as unknown as NewJob, 'invalid-submission'],
])('a submission %s fails the job for good', async (_what, submission, code) => {
  const parent = anyJob('test.parent', ({ submit }) => submit(submission));
  await using worker = await startWorker([parent, child]);
  const job = await run(worker, 'test.parent');
  expect(failureOf(job)).toMatchObject({ code, retryable: false, attempt: 1 });
  expect(await count(worker, 'test.child')).toBe(0);
});

test.each<[string, NewJob, NewJob, { name?: string }]>([
  [
    'another payload under the same number',
    { type: 'test.child', payload: { n: 1 } },
    { type: 'test.child', payload: { n: 2 } },
    {},
  ],
  [
    'another type under the same name',
    { type: 'test.child', payload: { n: 1 } },
    { type: 'test.other', payload: { n: 1 } },
    { name: 'one' },
  ],
])('%s is refused, and nothing gets lost unnoticed', async (_what, first, second, options) => {
  const parent = twice('test.parent', (submit, attempt) =>
    submit(attempt === 1 ? first : second, options),
  );
  await using worker = await startWorker([parent, child, anyJob('test.other', async () => 1)]);
  const job = await run(worker, 'test.parent');
  expect(failureOf(job)).toMatchObject({ code: 'submit-conflict', attempt: 2, retryable: false });
  expect(await count(worker, 'test.child')).toBe(1);
  expect(await count(worker, 'test.other')).toBe(0);
});

test('a handler that outlives its attempt submits no more', async () => {
  const gate = Promise.withResolvers<void>();
  const outcome = Promise.withResolvers<unknown>();
  const zombie = anyJob(
    'test.zombie',
    async ({ submit }) => {
      await gate.promise;
      const late = submit({ type: 'test.child', payload: { n: 1 } });
      outcome.resolve(await late.catch((err) => err.code));
    },
    { timeout: '50ms', retry: { attempts: 1 } },
  );
  await using worker = await startWorker([zombie, child]);
  await run(worker, 'test.zombie');
  gate.resolve();
  expect(await outcome.promise).toBe('timeout');
  expect(await count(worker, 'test.child')).toBe(0);
});
