import { deadLetterQueue } from '@drover/jobs/dead-letters/place';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { spawnWorkerOf } from './worker-process.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const wait = { headers: { prefer: 'wait=40' } };
const finished = async (id: string) => (await api.ask(`/jobs/${id}`, wait)).body;
const retry = (id: string) => api.ask(`/jobs/${id}/retry`, { method: 'POST' });
const fail = (failures: number, attempts: number, message = 'no') => ({
  type: 'demo.fail',
  payload: { failures, message },
  options: { attempts, backoff: { kind: 'fixed', delay: 1 } },
});

test('every attempt is told, oldest first, and nothing internal', async () => {
  await using _worker = await startWorkerOf(api);
  const { body } = await api.submit(fail(2, 3, 'not yet'), wait);
  const { history } = body.attempts;
  const failed = {
    outcome: 'failed',
    code: 'error',
    message: 'not yet',
    worker: expect.stringMatching(/.+:\d+$/),
    startedAt: expect.stringMatching(/Z$/),
    durationMs: expect.any(Number),
    retryable: true,
  };
  expect(history).toEqual([
    { ...failed, attempt: 1 },
    { ...failed, attempt: 2 },
    {
      ...failed,
      attempt: 3,
      outcome: 'succeeded',
      code: null,
      message: null,
      retryable: false,
      startedAt: body.startedAt,
    },
  ]);
  expect(JSON.stringify(body)).not.toMatch(/\bat .*\.ts/);
});

test('a job that nothing befell has its one attempt, and nothing more in Redis', async () => {
  await using _worker = await startWorkerOf(api);
  const { body } = await api.submit({ type: 'demo.echo', payload: { value: 1 } }, wait);
  expect(body.attempts.history).toMatchObject([{ attempt: 1, outcome: 'succeeded' }]);
  const { redis, keys } = api.queues;
  const fields = await redis.hkeys(keys.inQueue('demo', 0, body.id));
  for (const field of ['losses', 'stacktrace', 'failedReason']) expect(fields).not.toContain(field);
  const scheduled = await api.submit({ ...fail(1, 1), options: { delay: '1h' } });
  expect(scheduled.body.attempts).toEqual({ made: 0, max: 3, history: [] });
});

test('a canceled attempt is told, a canceled wait is none', async () => {
  await using _worker = await startWorkerOf(api);
  const running = (await api.submit({ type: 'demo.sleep', payload: { ms: 60_000 } })).body;
  await expect.poll(async () => (await api.ask(`/jobs/${running.id}`)).body.status).toBe('running');
  await api.ask(`/jobs/${running.id}`, { method: 'DELETE' });
  expect((await finished(running.id)).attempts.history).toMatchObject([
    { attempt: 1, outcome: 'canceled', code: 'canceled', startedAt: expect.any(String) },
  ]);
  const waiting = (
    await api.submit({ type: 'demo.echo', payload: { value: 1 }, options: { delay: '1h' } })
  ).body;
  await api.ask(`/jobs/${waiting.id}`, { method: 'DELETE' });
  expect((await finished(waiting.id)).attempts.history).toEqual([]);
});

test('attempts of all rounds are told, however many', async () => {
  await using _worker = await startWorkerOf(api);
  const { body } = await api.submit(fail(1_000, 20), wait);
  for (let round = 1; round <= 4; round += 1) {
    expect((await retry(body.id)).status).toBe(202);
    await finished(body.id);
  }
  const job = await finished(body.id);
  expect(job.attempts.made).toBe(100);
  expect(job.attempts.history.map(({ attempt }: { attempt: number }) => attempt)).toEqual(
    Array.from({ length: 100 }, (_, n) => n + 1),
  );
});

test('a hundred failures with large messages stay small enough', async () => {
  await using _worker = await startWorkerOf(api);
  const { body } = await api.submit(fail(1_000, 100, '"\u{1f40e}\\'.repeat(250)), wait);
  expect(body.attempts).toMatchObject({ made: 100, max: 100 });
  expect(body.attempts.history).toHaveLength(100);
  const { redis, keys } = api.queues;
  const stacks = await redis.hget(keys.inQueue('demo', 0, body.id), 'stacktrace');
  expect(Buffer.byteLength(stacks ?? '')).toBeLessThan(524_288);
});

test('a lost worker is told, and the burial of its job is a dead letter at once', async () => {
  const doomed = await spawnWorkerOf(api);
  const { id } = (await api.submit({ type: 'demo.sleep', payload: { ms: 60_000 } })).body;
  await expect
    .poll(async () => (await api.ask(`/jobs/${id}`)).body.status, { timeout: 15_000 })
    .toBe('running');
  const { redis, keys } = api.queues;
  // As if it had lost two workers before: the third loss is the last.
  await redis.hset(keys.inQueue('demo', 0, id), 'stc', 2);
  await doomed.end('SIGKILL');
  await using _heir = await startWorkerOf(api);
  const job = await finished(id);
  expect(job).toMatchObject({
    status: 'failed',
    error: { code: 'worker-lost' },
    attempts: {
      made: 0,
      history: [
        {
          attempt: 1,
          outcome: 'lost',
          code: 'worker-lost',
          retryable: true,
          worker: expect.stringMatching(new RegExp(`:${doomed.pid}$`)),
          startedAt: expect.any(String),
        },
      ],
    },
  });
  await expect.poll(() => redis.exists(keys.inQueue(deadLetterQueue, 0, id))).toBe(1);
  expect((await api.ask(`/dead-letters/${id}`)).body.attempts.history).toEqual(
    job.attempts.history,
  );
}, 60_000);
