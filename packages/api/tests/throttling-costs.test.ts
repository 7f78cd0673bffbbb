import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { tierKeys } from './throttling-fixtures.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi({
    API_KEYS: tierKeys('free', 'basic', 'premium'),
    RATE_LIMITS: 'free=10/1h,basic=10/1h,premium=10/1h',
  });
});
afterAll(() => api[Symbol.asyncDispose]());

const echo = { type: 'demo.echo', payload: { value: 1 } };
const json = { 'content-type': 'application/json' };

const post = (path: string, key: string, body?: unknown) =>
  api.ask(path, {
    method: 'POST',
    key,
    ...(body !== undefined && { body: JSON.stringify(body), headers: json }),
  });
const submitBatch = (key: string, count: number) =>
  post('/jobs/batch', key, { jobs: Array.from({ length: count }, () => echo) });
const left = ({ headers }: { headers: Headers }) => Number(headers.get('x-ratelimit-remaining'));

test('a job costs one and a batch its number of jobs; reading and mistakes cost nothing', async () => {
  const submitted = await api.submit(echo, { key: 'free' });
  expect(left(submitted)).toBe(9);
  expect(left(await submitBatch('free', 4))).toBe(5);

  const free = [
    await api.ask(submitted.body.links.self, { key: 'free' }),
    await api.ask('/job-types', { key: 'free' }),
    await api.submit('{', { key: 'free' }),
    await api.submit({ type: 'demo.ecko', payload: {} }, { key: 'free' }),
    await api.ask(submitted.body.links.self, { method: 'DELETE', key: 'free' }),
  ];
  expect(free.map(({ status }) => status)).toEqual([200, 200, 400, 422, 200]);
  expect(free.map(left)).toEqual([5, 5, 5, 5, 5]);

  const retried = await post(`${submitted.body.links.self}/retry`, 'free');
  expect(retried.status).toBe(202);
  expect(left(retried)).toBe(4);
});

test('a batch with more jobs than are left is refused whole', async () => {
  await submitBatch('basic', 7);
  const before = await api.countJobs();
  const refused = await submitBatch('basic', 4);
  expect(refused).toMatchObject({ status: 429, body: { type: '/problems/rate-limited' } });
  expect(refused.headers.get('retry-after')).toMatch(/^(360|359)$/);
  expect(await api.countJobs()).toBe(before);
  expect((await submitBatch('basic', 3)).status).toBe(202);
});

test('a batch with more jobs than the limit is refused for good', async () => {
  const before = await api.countJobs();
  const refused = await submitBatch('premium', 11);
  expect(refused).toMatchObject({
    status: 429,
    body: { detail: expect.stringContaining('11 at once can never pass') },
  });
  expect(refused.headers.has('retry-after')).toBe(false);
  expect(await api.countJobs()).toBe(before);
  expect(left(refused)).toBe(10);
});
