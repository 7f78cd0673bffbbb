import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startValve, type Valve } from '../../tests/servers/valve.ts';
import { type RunningSystem, startSystem } from './running-system.ts';

// The API reaches Redis through one valve, and its client through another. Each test lets a
// submission come so far and no farther, kills the API there with SIGKILL, and tries again.
let system: RunningSystem;
let redis: Redis;
let toRedis: Valve;
let toApi: Valve;

beforeAll(async () => {
  system = await startSystem({ roles: [] });
  toRedis = await startValve(system.stores.redisUrl);
  toApi = await startValve(system.url);
  redis = new Redis(system.stores.redisUrl);
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await toRedis[Symbol.asyncDispose]();
  await toApi[Symbol.asyncDispose]();
  redis.disconnect();
});

const submit = (url: string, key: string): Promise<Response> =>
  fetch(new URL('/jobs', url), {
    method: 'POST',
    headers: {
      authorization: 'Bearer dev',
      'content-type': 'application/json',
      'idempotency-key': key,
      connection: 'close',
    },
    body: JSON.stringify({ type: 'demo.echo', payload: { value: key } }),
  });

const storedIds = async (key: string): Promise<string[]> => {
  const prefix = `{${system.stores.keyPrefix}-0}`;
  const queue = new Queue('demo', { connection: redis, prefix, skipMetasUpdate: true });
  const jobs = await queue.getJobs();
  await queue.close();
  return jobs.filter((job) => job.data.payload.value === key).map((job) => String(job.id));
};

/** Starts an API behind the valves and warms it up, so that its scripts are known to Redis. */
const startApi = async () => {
  const api = await system.start('api', { REDIS_URL: toRedis.url });
  const warm = await submit(system.url, randomUUID());
  expect(warm.status).toBe(202);
  return api;
};

/** Bytes of one whole submission, to Redis and back. */
const measure = async () => {
  const api = await startApi();
  void toRedis.set({});
  await submit(system.url, randomUUID());
  const sizes = { up: toRedis.passed('upstream'), down: toRedis.passed('downstream') };
  api.child.kill('SIGKILL');
  await api.ended;
  return sizes;
};

/** What the client must find when it tries again with the same key. */
const tryAgain = async (key: string) => {
  toRedis.cut();
  toApi.cut();
  void toRedis.set({});
  void toApi.set({});
  const stored = await storedIds(key);
  expect(stored.length).toBeLessThanOrEqual(1);
  const api = await system.start('api');
  const again = await submit(system.url, key);
  const { id } = (await again.json()) as { id: string };
  expect(again.status).toBe(202);
  expect(again.headers.get('idempotency-replayed')).toBe(stored.length === 1 ? 'true' : null);
  expect(await storedIds(key)).toEqual([id]);
  if (stored.length === 1) expect(id).toBe(stored[0]);
  api.child.kill('SIGKILL');
  await api.ended;
};

describe('an API that is killed between receipt and reply makes one job, not two, not none', () => {
  const shares = [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.999];

  test.each(shares)('when %d of what it sends to Redis has been sent', async (share) => {
    const { up } = await measure();
    const api = await startApi();
    const key = randomUUID();
    const stopped = toRedis.set({ upstream: Math.floor(up * share) });
    const answer = submit(system.url, key).catch(() => undefined);
    await stopped;
    api.child.kill('SIGKILL');
    await Promise.all([api.ended, answer]);
    await tryAgain(key);
  });

  test.each([0, 0.5])('when %d of what Redis answers has come back', async (share) => {
    const { down } = await measure();
    const api = await startApi();
    const key = randomUUID();
    const stopped = toRedis.set({ downstream: Math.floor(down * share) });
    const answer = submit(system.url, key).catch(() => undefined);
    await stopped;
    api.child.kill('SIGKILL');
    await Promise.all([api.ended, answer]);
    await tryAgain(key);
  });

  test('when Redis has answered, and the client has not heard of it', async () => {
    const api = await startApi();
    const key = randomUUID();
    const stopped = toApi.set({ downstream: 0 });
    const answer = submit(toApi.url, key).catch(() => undefined);
    await stopped;
    api.child.kill('SIGKILL');
    await api.ended;
    toApi.cut();
    expect(await answer).toBeUndefined();
    await tryAgain(key);
  });
});
