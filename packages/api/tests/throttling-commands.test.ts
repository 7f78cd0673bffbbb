import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnRedis, startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { tierKeys } from './throttling-fixtures.ts';

let server: OwnRedis;
let api: RunningApi;
let admin: Awaited<ReturnType<OwnRedis['connect']>>;
beforeAll(async () => {
  server = await startOwnRedis();
  api = await startApi({ REDIS_URL: server.url, API_KEYS: tierKeys('basic', 'unlimited') });
  admin = await server.connect();
});
afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** How often the work asked the throttle's script; it alone reads Redis's clock. */
const decisionsIn = async (work: () => Promise<unknown>): Promise<number> => {
  await admin.redis.config('RESETSTAT');
  await work();
  const stats = await admin.redis.info('commandstats');
  return Number(/cmdstat_time:calls=(\d+)/.exec(stats)?.[1] ?? 0);
};

const times = async (count: number, work: () => Promise<unknown>) => {
  for (let n = 0; n < count; n += 1) await work();
};

const submit = (key: string) => api.submit({ type: 'demo.echo', payload: { value: 1 } }, { key });

test('a submission asks Redis once', async () => {
  expect(await decisionsIn(() => times(20, () => submit('basic')))).toBe(20);
});

test('submissions that come at once ask together', async () => {
  const crowd = () => Promise.all(Array.from({ length: 40 }, () => submit('basic')));
  expect(await decisionsIn(crowd)).toBeLessThan(40);
});

test('a tier without a limit never asks', async () => {
  expect(await decisionsIn(() => times(5, () => submit('unlimited')))).toBe(0);
});

test('reads ask once a second at most, however many there are', async () => {
  const startedAt = performance.now();
  const decisions = await decisionsIn(() =>
    times(10, () =>
      Promise.all(Array.from({ length: 10 }, () => api.ask('/job-types', { key: 'basic' }))),
    ),
  );
  expect(decisions).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - startedAt) / 1_000));
});

test('while Redis is gone submissions are 503, and reads that do without it are answered', async () => {
  await submit('basic');
  await server.stop();
  expect((await submit('basic')).status).toBe(503);
  const answer = await api.ask('/job-types', { key: 'basic' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('ratelimit-policy')).toBe('"basic";q=1000;w=3600');
});
