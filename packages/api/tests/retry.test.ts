import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

let api: RunningApi;
let worker: AsyncDisposable;
beforeAll(async () => {
  api = await startApi();
  worker = await startWorkerOf(api);
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

const wait = { headers: { prefer: 'wait=20' } };
const retry = (id: string, init = {}) => api.ask(`/jobs/${id}/retry`, { method: 'POST', ...init });
const finished = async (id: string) => (await api.ask(`/jobs/${id}`, wait)).body;
const failing = (failures: number, options = {}) => ({
  type: 'demo.fail',
  payload: { failures },
  options: { attempts: 2, backoff: { kind: 'fixed', delay: 1 }, ...options },
});

test('a failed job runs again under its id, with as many attempts as before', async () => {
  const { body } = await api.submit(failing(3), wait);
  expect(body).toMatchObject({ status: 'failed', attempts: { made: 2, max: 2 } });
  const answer = await retry(body.id);
  expect(answer.status).toBe(202);
  expect(answer.headers.get('location')).toBe(`/jobs/${body.id}`);
  expect(await finished(body.id)).toMatchObject({
    status: 'succeeded',
    attempts: { made: 4, max: 4 },
    result: { attempts: 4 },
    error: null,
  });
});

test('it can fail again, and be retried again', async () => {
  const { body } = await api.submit(failing(5, { attempts: 1 }), wait);
  for (let round = 2; round <= 5; round += 1) {
    expect((await retry(body.id)).status).toBe(202);
    expect(await finished(body.id)).toMatchObject({
      status: 'failed',
      attempts: { made: round, max: round },
      error: { attempt: round },
    });
  }
  await retry(body.id);
  expect((await finished(body.id)).status).toBe('succeeded');
});

test('the backoff begins anew', async () => {
  const backoff = { kind: 'exponential', delay: 50, jitter: 0, max: '1h' };
  const { body } = await api.submit(failing(99, { attempts: 4, backoff }), wait);
  const before = Date.now();
  await retry(body.id);
  const again = await finished(body.id);
  expect(again.attempts).toMatchObject({ made: 8, max: 8 });
  // 50 + 100 + 200 ms; not anew, it would be 800 + 1 600 + 3 200.
  expect(Date.parse(again.finishedAt) - before).toBeLessThan(5_600);
});

test('a canceled job can be retried', async () => {
  const { body } = await api.submit({
    type: 'demo.echo',
    payload: { value: 1 },
    options: { delay: '1h' },
  });
  await api.ask(`/jobs/${body.id}`, { method: 'DELETE' });
  expect((await retry(body.id)).status).toBe(202);
  expect(await finished(body.id)).toMatchObject({
    status: 'succeeded',
    attempts: { made: 1, max: 3 },
  });
});

test('a job that has not failed cannot: 409', async () => {
  const { body } = await api.submit({ type: 'demo.echo', payload: { value: 1 } }, wait);
  expect(await retry(body.id)).toMatchObject({
    status: 409,
    body: { type: '/problems/job-not-retryable' },
  });
  const scheduled = await api.submit({
    type: 'demo.echo',
    payload: { value: 1 },
    options: { delay: '1h' },
  });
  expect((await retry(scheduled.body.id)).status).toBe(409);
});

test('asked several times at once, it runs once', async () => {
  const { body } = await api.submit(failing(1, { attempts: 1 }), wait);
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => retry(body.id)));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(await finished(body.id)).toMatchObject({ status: 'succeeded', attempts: { made: 2 } });
});

test('another tenant’s job is not there, and a reader may not', async () => {
  const { body } = await api.submit(failing(1, { attempts: 1 }), wait);
  expect((await retry(body.id, { key: keys.other })).status).toBe(404);
  expect((await retry(body.id, { key: keys.readOnly })).status).toBe(403);
});
