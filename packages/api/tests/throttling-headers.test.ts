import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { tierKeys } from './throttling-fixtures.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi({
    API_KEYS: tierKeys('free', 'basic', 'premium', 'unlimited'),
    RATE_LIMITS: 'free=1/1h:fixed-window,basic=3600/1h,premium=10/1h:fixed-window',
  });
});
afterAll(() => api[Symbol.asyncDispose]());

const names = [
  'ratelimit-policy',
  'ratelimit',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
];
const headersOf = ({ headers }: { headers: Headers }) => names.map((name) => headers.get(name));
const echo = { type: 'demo.echo', payload: { value: 1 } };

test('a submission tells the policy, what is left, and when there is more', async () => {
  const answer = await api.submit(echo, { key: 'premium' });
  const [policy, service, limit, remaining, reset] = headersOf(answer);
  expect(policy).toBe('"premium";q=10;w=3600');
  expect(service).toMatch(/^"premium";r=9;t=3(600|59\d)$/);
  expect([limit, remaining]).toEqual(['10', '9']);
  expect(Number(reset)).toBeGreaterThan(3_590);
  expect(Number(reset)).toBeLessThanOrEqual(3_600);
});

describe('every answer to a known key has them', () => {
  const cases: [status: number, path: string, init: RequestInit][] = [
    [200, '/job-types', {}],
    [200, '/job-types', { method: 'HEAD' }],
    [400, '/jobs', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }],
    [403, '/queues', {}],
    [404, '/jobs/no-such-job', {}],
    [404, '/job-types/no-such-type', {}],
    [415, '/jobs', { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }],
    [422, '/jobs', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }],
  ];
  test.each(cases)('%i %s %j', async (status, path, init) => {
    const answer = await api.ask(path, { ...init, key: 'basic' });
    expect(answer.status).toBe(status);
    expect(headersOf(answer)).toEqual([
      '"basic";q=3600;w=3600',
      '"basic";r=3600;t=1',
      '3600',
      '3600',
      '0',
    ]);
  });

  test('304', async () => {
    const tag = (await api.ask('/job-types', { key: 'basic' })).headers.get('etag');
    const answer = await api.ask('/job-types', {
      key: 'basic',
      headers: { 'if-none-match': `${tag}` },
    });
    expect(answer.status).toBe(304);
    expect(headersOf(answer)).not.toContain(null);
  });

  test('429, with Retry-After, and nothing is enqueued', async () => {
    await api.submit(echo, { key: 'free' });
    const before = await api.countJobs();
    const answer = await api.submit(echo, { key: 'free' });
    expect(answer).toMatchObject({ status: 429, body: { type: '/problems/rate-limited' } });
    const [policy, service = '', limit, remaining] = headersOf(answer);
    expect([policy, limit, remaining]).toEqual(['"free";q=1;w=3600', '1', '0']);
    expect(service).toMatch(/^"free";r=0;t=(35\d\d|3600)$/);
    // The draft: Retry-After should not point to an earlier moment than `t`.
    const wait = Number(answer.headers.get('retry-after'));
    expect(wait).toBeGreaterThanOrEqual(Number(service?.split('t=')[1]));
    expect(await api.countJobs()).toBe(before);
  });
});

test('a tier without a limit has none of them, nor has a caller who is not known', async () => {
  const none = names.map(() => null);
  expect(headersOf(await api.submit(echo, { key: 'unlimited' }))).toEqual(none);
  expect(headersOf(await api.ask('/job-types', { key: 'unlimited' }))).toEqual(none);
  expect(headersOf(await api.ask('/job-types', { key: 'unknown' }))).toEqual(none);
});

test('a read tells what another API has let pass, a second later at most', async () => {
  await using other = await startApi({
    KEY_PREFIX: api.config.redis.keyPrefix,
    API_KEYS: tierKeys('premium'),
    RATE_LIMITS: 'premium=10/1h:fixed-window',
  });
  const remaining = async () =>
    Number((await api.ask('/job-types', { key: 'premium' })).headers.get('x-ratelimit-remaining'));
  const before = await remaining();
  await other.submit(echo, { key: 'premium' });
  await expect.poll(remaining, { timeout: 5_000 }).toBe(before - 1);
});
