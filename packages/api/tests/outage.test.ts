import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type OwnRedis, startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { type RunningApi, startApi } from './running-api.ts';

const echo = { type: 'demo.echo', payload: { value: 1 } };

let server: OwnRedis;
let api: RunningApi;
beforeAll(async () => {
  server = await startOwnRedis();
  api = await startApi({ REDIS_URL: server.url });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const timed = async <T>(work: () => Promise<T>) => {
  const startedAt = performance.now();
  return { answer: await work(), ms: performance.now() - startedAt };
};

const serves = () =>
  vi.waitFor(async () => expect((await api.ask('/ready')).status).toBe(200), { timeout: 10_000 });

test('while Redis is gone every answer is a quick 503, and service resumes by itself', async () => {
  const id = (await api.submit(echo)).body.id;
  await server.stop();

  for (const call of [() => api.submit(echo), () => api.ask(`/jobs/${id}`)]) {
    const { answer, ms } = await timed(call);
    expect(ms).toBeLessThan(1_000);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.body.type).toBe('/problems/store-unavailable');
    expect(answer.text).not.toMatch(/redis|ECONN|127\.0\.0\.1/i);
  }
  expect(await api.ask('/ready', { key: null })).toMatchObject({
    status: 503,
    body: { status: 'failing', checks: { redis: { status: 'failing' } } },
  });
  expect((await api.ask('/live', { key: null })).status).toBe(200);

  await server.startAgain();
  await serves();
  expect((await api.ask(`/jobs/${id}`)).body.status).toBe('queued');
  expect((await api.submit(echo)).status).toBe(202);
});

test('a Redis that hangs is a quick 503 too', async () => {
  await using admin = await server.connect();
  await admin.redis.call('CLIENT', 'PAUSE', '1500', 'ALL');
  const { answer, ms } = await timed(() => api.submit(echo));
  expect(answer.status).toBe(503);
  expect(ms).toBeLessThan(1_000);
  await serves();
});

test('bull-board says so too, without a word of Redis', async () => {
  await using admin = await server.connect();
  await admin.redis.call('CLIENT', 'PAUSE', '1500', 'ALL');
  const authorization = `Basic ${Buffer.from('me:dev').toString('base64')}`;
  const answer = await api.ask('/admin/queues/api/queues', {
    key: null,
    headers: { authorization },
  });
  expect(answer.status).toBe(503);
  expect(answer.text).not.toMatch(/timed out|redis|stack/i);
  await serves();
});

test('a full Redis is a 503, never a false 202', async () => {
  await using admin = await server.connect();
  const before = await api.countJobs();
  await admin.redis.config('SET', 'maxmemory', '1');
  expect((await api.submit(echo)).status).toBe(503);
  await admin.redis.config('SET', 'maxmemory', '0');
  expect(await api.countJobs()).toBe(before);
  expect((await api.submit(echo)).status).toBe(202);
});
