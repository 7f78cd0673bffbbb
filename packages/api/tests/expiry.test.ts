import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const echo = (options: object) => ({ type: 'demo.echo', payload: { value: 1 }, options });
const show = async (id: string) => (await api.ask(`/jobs/${id}`)).body;
const expired = {
  status: 'expired',
  startedAt: null,
  attempts: { made: 0 },
  error: { code: 'expired' },
  finishedAt: expect.any(String),
};

test('a job that has not started in time has expired for all who look, worker or not', async () => {
  const { body } = await api.submit(echo({ expiresIn: 20 }));
  await expect.poll(() => show(body.id)).toMatchObject(expired);
});

test('a worker does not run it', async () => {
  const { body } = await api.submit(echo({ expiresIn: 1 }));
  const key = api.queues.get('demo', 0).toKey(body.id);
  await expect.poll(() => Date.now() > Date.parse(body.createdAt) + 1).toBe(true);
  await using _worker = await startWorkerOf(api);
  await expect.poll(() => api.queues.redis.hexists(key, 'finishedOn')).toBe(1);
  expect(await show(body.id)).toMatchObject({ ...expired, startedAt: expect.anything() });
});

test('one that has started in time goes on, and may be retried', async () => {
  await using _worker = await startWorkerOf(api);
  const options = { expiresIn: '10s', attempts: 3, backoff: { kind: 'fixed', delay: 1 } };
  const wait = { headers: { prefer: 'wait=20' } };
  const failing = { type: 'demo.fail', payload: { failures: 2 }, options };
  expect((await api.submit(failing, wait)).body.status).toBe('succeeded');
});

test('a retry gives an expired job all the time there is', async () => {
  const { body } = await api.submit(echo({ expiresIn: 1 }));
  await expect.poll(async () => (await show(body.id)).status).toBe('expired');
  expect((await api.ask(`/jobs/${body.id}/retry`, { method: 'POST' })).status).toBe(202);
  expect((await show(body.id)).status).toBe('queued');
});
