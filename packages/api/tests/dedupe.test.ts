import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const wait = { headers: { prefer: 'wait=20' } };
const submit = (value: unknown, dedupe: object, init = {}) =>
  api.submit({ type: 'demo.echo', payload: { value }, options: { dedupe } }, init);

test('until-finished: no second job while the first is not finished', async () => {
  const dedupe = { key: 'until' };
  const first = await submit(1, dedupe);
  const second = await submit(2, dedupe);
  expect(first.headers.get('deduplicated')).toBeNull();
  expect(second).toMatchObject({ status: 202, body: { id: first.body.id, payload: { value: 1 } } });
  expect(second.headers.get('deduplicated')).toBe('true');
  expect(second.headers.get('location')).toBe(`/jobs/${first.body.id}`);
  await using _worker = await startWorkerOf(api);
  await api.ask(`/jobs/${first.body.id}`, wait);
  const third = await submit(3, dedupe, wait);
  expect(third).toMatchObject({ status: 200, body: { result: { value: 3 } } });
  expect(third.body.id).not.toBe(first.body.id);
});

test('a job that is canceled makes room for another', async () => {
  const dedupe = { key: 'canceled' };
  const first = await submit(1, dedupe);
  await api.ask(`/jobs/${first.body.id}`, { method: 'DELETE' });
  expect((await submit(2, dedupe)).body.id).not.toBe(first.body.id);
});

test('throttle: no second job within the time, even when the first has finished', async () => {
  await using _worker = await startWorkerOf(api);
  const dedupe = { key: 'throttle', mode: 'throttle', ttl: '1h' };
  const first = await submit(1, dedupe, wait);
  const second = await submit(2, dedupe);
  expect(second).toMatchObject({ status: 200, body: { id: first.body.id, status: 'succeeded' } });
  expect(second.headers.get('deduplicated')).toBe('true');
  const short = { key: 'short', mode: 'throttle', ttl: 1 };
  const one = await submit(1, short);
  await expect.poll(async () => (await submit(2, short)).body.id).not.toBe(one.body.id);
});

test('debounce: one job, that runs after the last submission with its payload', async () => {
  const dedupe = { key: 'debounce', mode: 'debounce', ttl: 700 };
  const first = await submit('first', dedupe);
  expect(first.body.status).toBe('scheduled');
  const second = await submit('second', dedupe);
  const third = await submit('third', dedupe);
  expect(second.body.id).toBe(first.body.id);
  expect(third.body).toMatchObject({ id: first.body.id, payload: { value: 'third' } });
  expect(Date.parse(third.body.runAt)).toBeGreaterThan(Date.parse(first.body.runAt));
  await using _worker = await startWorkerOf(api);
  const done = await api.ask(`/jobs/${first.body.id}`, wait);
  expect(done.body).toMatchObject({ status: 'succeeded', result: { value: 'third' } });
  expect(Date.parse(done.body.startedAt)).toBeGreaterThanOrEqual(Date.parse(third.body.runAt));
  expect((await submit('later', dedupe)).body.id).not.toBe(first.body.id);
});

test('debounced submissions of one moment are one job', async () => {
  const dedupe = { key: 'at once', mode: 'debounce', ttl: '1h' };
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => submit(i, dedupe)));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
});

test('a key is the tenant’s own, and the type’s', async () => {
  const dedupe = { key: 'shared' };
  const ours = await submit(1, dedupe);
  expect((await submit(1, dedupe, { key: keys.other })).body.id).not.toBe(ours.body.id);
  const fail = { type: 'demo.fail', payload: { failures: 0 }, options: { dedupe } };
  expect((await api.submit(fail)).body.id).not.toBe(ours.body.id);
});

test('in a batch, items of one key are one job', async () => {
  const item = (value: number) => ({
    type: 'demo.echo',
    payload: { value },
    options: { dedupe: { key: 'batch' } },
  });
  const body = JSON.stringify({ jobs: [item(1), item(2)] });
  const headers = { 'content-type': 'application/json' };
  const answer = await api.ask('/jobs/batch', { method: 'POST', body, headers });
  expect(answer.status).toBe(202);
  const [first, second] = answer.body.items;
  expect(second.job).toEqual(first.job);
});
