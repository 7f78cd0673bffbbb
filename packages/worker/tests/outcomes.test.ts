import { PermanentError, RetryLater } from '@drover/jobs/definition/errors';
import { type AttemptFailure, decodeFailure } from '@drover/jobs/record/failure';
import type { Job } from 'bullmq';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { anyJob, startWorker } from './running-worker.ts';

const failuresOf = (job: Job): AttemptFailure[] =>
  (job.stacktrace ?? []).flatMap((entry) => decodeFailure(entry) ?? []);

const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;

const hostile = new Proxy(
  {},
  {
    get: () => {
      throw new Error('no');
    },
  },
);

/** An error that cannot be read: neither its message nor anything else. */
const unreadable = Object.defineProperties(new Error(), {
  message: { get: () => hostile.toString() },
  stack: { get: () => hostile.toString() },
});

test('a result that fits is kept, with the defaults of its schema', async () => {
  const result = z.strictObject({ sum: z.number(), unit: z.string().default('apples') });
  const add = anyJob('test.add', async ({ payload }) => ({ sum: Number(payload) + 1 }), { result });
  await using worker = await startWorker([add]);
  const job = await worker.finished(await worker.submit('test.add', 1));
  expect(job.returnvalue).toEqual({ sum: 2, unit: 'apples' });
  expect(job.failedReason).toBeUndefined();
});

test('a payload is parsed before it reaches the handler', async () => {
  const payload = z.strictObject({ n: z.int().default(7) });
  const double = anyJob('test.double', async ({ payload }) => (payload as { n: number }).n * 2, {
    payload,
  });
  await using worker = await startWorker([double]);
  const job = await worker.finished(await worker.submit('test.double', {}));
  expect(job.returnvalue).toBe(14);
});

test('an error is retried until the attempts are used up, and each failure is kept', async () => {
  const attempts: number[] = [];
  const fail = anyJob('test.fail', async ({ attempt }) => {
    attempts.push(attempt);
    throw new Error(`failure ${attempt}`);
  });
  await using worker = await startWorker([fail]);
  const job = await worker.finished(await worker.submit('test.fail', {}));
  expect(attempts).toEqual([1, 2]);
  expect(job.failedReason).toBe('failure 2');
  expect(failuresOf(job)).toEqual([
    expect.objectContaining({ attempt: 1, code: 'error', message: 'failure 1', retryable: true }),
    expect.objectContaining({ attempt: 2, code: 'error', message: 'failure 2', worker: 'test:1' }),
  ]);
});

test('a permanent error is not retried', async () => {
  const refuse = anyJob('test.refuse', async () => {
    throw new PermanentError('never', { code: 'test-refused' });
  });
  await using worker = await startWorker([refuse]);
  const job = await worker.finished(await worker.submit('test.refuse', {}));
  expect(job.attemptsMade).toBe(1);
  expect(failuresOf(job)).toEqual([
    expect.objectContaining({ code: 'test-refused', message: 'never', retryable: false }),
  ]);
});

test('a job that asks to run later does so without using an attempt', async () => {
  let runs = 0;
  const patient = anyJob('test.patient', async ({ attempt }) => {
    runs += 1;
    if (runs < 3) throw new RetryLater('20ms');
    return attempt;
  });
  await using worker = await startWorker([patient]);
  const job = await worker.finished(await worker.submit('test.patient', {}));
  expect({ runs, attempt: job.returnvalue }).toEqual({ runs: 3, attempt: 1 });
});

const strictResult = { result: z.strictObject({ n: z.int() }) };

test.each([
  ['a result that does not fit', 'invalid-result', async () => ({ n: 'one' }), strictResult],
  ['a result with unknown fields', 'invalid-result', async () => ({ n: 1, m: 2 }), strictResult],
  ['a cyclic result', 'invalid-result', async () => cyclic, {}],
  ['a result that cannot be serialised', 'invalid-result', async () => ({ n: 1n }), {}],
  ['a result with a getter that throws', 'invalid-result', async () => ({ hostile }), {}],
  ['a result of 10 MB', 'result-too-large', async () => 'x'.repeat(10_000_000), {}],
])('%s fails the job for good: %s', async (_what, code, run, more) => {
  await using worker = await startWorker([anyJob('test.odd', run, more)]);
  const job = await worker.finished(await worker.submit('test.odd', {}));
  expect(failuresOf(job)).toEqual([expect.objectContaining({ code, retryable: false })]);
});

test.each([
  ['a text', 'just a text', 'just a text'],
  ['nothing', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a cyclic object', cyclic, 'a value that cannot be shown was thrown'],
  ['a hostile object', hostile, 'a value that cannot be shown was thrown'],
  ['an unreadable error', unreadable, 'a value that cannot be shown was thrown'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a function', () => 1, '() => 1'],
  ['a BigInt', 1n, 'a value that cannot be shown was thrown'],
  ['a frozen object', Object.freeze({ why: 'cold' }), '{"why":"cold"}'],
  ['a frozen error', Object.freeze(new Error('cold')), 'cold'],
  ['an error without a message', new AggregateError([]), 'AggregateError'],
  ['an error of broken text', new Error('\ud800'), '\ufffd'],
  ['an error of 5 MB', new Error('x'.repeat(5_000_000)), 'x'.repeat(2_000)],
  ['BullMQ’s own words', new Error('bullmq:rateLimitExceeded'), 'rate limit exceeded'],
  ['a message that is no text', Object.assign(new Error(), { message: 7 }), '7'],
])('a handler that throws %s fails like any other', async (_what, thrown, message) => {
  const run = async () => {
    throw thrown;
  };
  const odd = anyJob('test.odd', run, { retry: { attempts: 1 } });
  await using worker = await startWorker([odd]);
  const job = await worker.finished(await worker.submit('test.odd', {}));
  expect(failuresOf(job)).toEqual([expect.objectContaining({ code: 'error', message })]);
});

test('a payload that no longer fits its type fails for good', async () => {
  const strict = anyJob('test.strict', async () => 1, { payload: z.strictObject({ n: z.int() }) });
  await using worker = await startWorker([strict]);
  const job = await worker.finished(await worker.submit('test.strict', { n: 'one' }));
  expect(failuresOf(job)).toEqual([expect.objectContaining({ code: 'invalid-payload' })]);
});

test('a payload of 10 MB is run like any other', async () => {
  const measure = anyJob('test.measure', async ({ payload }) => String(payload).length);
  await using worker = await startWorker([measure]);
  const job = await worker.finished(await worker.submit('test.measure', 'x'.repeat(10_000_000)));
  expect(job.returnvalue).toBe(10_000_000);
});

test('a type that this worker does not have fails for good', async () => {
  await using worker = await startWorker([anyJob('test.known', async () => 1)]);
  const job = await worker.finished(await worker.submit('test.unknown', {}));
  expect(failuresOf(job)).toEqual([expect.objectContaining({ code: 'unknown-job-type' })]);
});

test('a job that was put into the queue past Drover fails for good, harming nothing', async () => {
  await using worker = await startWorker([anyJob('test.known', async () => 1)]);
  const stranger = await worker.queue.add('test.known', 'what?', { jobId: 'stranger' });
  const job = await worker.finished(stranger);
  expect(failuresOf(job)).toEqual([expect.objectContaining({ code: 'not-a-drover-job' })]);
  const next = await worker.finished(await worker.submit('test.known', {}));
  expect(next.returnvalue).toBe(1);
});
