import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startValve, type Valve } from '../../tests/servers/valve.ts';
import { type RunningProcess, type RunningSystem, startSystem } from './running-system.ts';

// The API reaches Redis through one valve, and its client through another. Each test lets a
// submission come so far and no farther, kills the API there with SIGKILL, and tries again at the next
// one, which is then the next test's.
let system: RunningSystem;
let api: RunningProcess;
let redis: Redis;
let toRedis: Valve;
let toApi: Valve;
/** Bytes of one whole submission, to Redis and back. */
let sizes: { up: number; down: number };

beforeAll(async () => {
  system = await startSystem({ roles: [] });
  toRedis = await startValve(system.stores.redisUrl);
  toApi = await startValve(system.url);
  redis = new Redis(system.stores.redisUrl);
  api = await startApi();
  // The first submission teaches Redis the scripts.
  for (let n = 0; n < 2; n += 1) {
    void toRedis.set({});
    expect((await submit(system.url, randomUUID())).status).toBe(202);
  }
  sizes = { up: toRedis.passed('upstream'), down: toRedis.passed('downstream') };
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

const startApi = () => system.start('api', { REDIS_URL: toRedis.url });

const kill = async () => {
  api.child.kill('SIGKILL');
  await api.ended;
};

/** What the client must find when it tries again with the same key. */
const tryAgain = async (key: string) => {
  toRedis.cut();
  toApi.cut();
  void toRedis.set({});
  void toApi.set({});
  const stored = await storedIds(key);
  expect(stored.length).toBeLessThanOrEqual(1);
  api = await startApi();
  const again = await submit(system.url, key);
  const { id } = (await again.json()) as { id: string };
  expect(again.status).toBe(202);
  expect(again.headers.get('idempotency-replayed')).toBe(stored.length === 1 ? 'true' : null);
  expect(await storedIds(key)).toEqual([id]);
  if (stored.length === 1) expect(id).toBe(stored[0]);
};

/** Submits through those valves, kills the API when they are closed, and tries again. */
const killWhen = async (stopped: Promise<void>, url = system.url) => {
  const key = randomUUID();
  const answer = submit(url, key).catch(() => undefined);
  await stopped;
  await kill();
  toApi.cut();
  expect(await answer).toBeUndefined();
  await tryAgain(key);
};

describe('an API that is killed between receipt and reply makes one job, not two, not none', () => {
  const shares = [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.999];

  test.each(shares)('when %d of what it sends to Redis has been sent', async (share) => {
    await killWhen(toRedis.set({ upstream: Math.floor(sizes.up * share) }));
  });

  test.each([0, 0.5])('when %d of what Redis answers has come back', async (share) => {
    await killWhen(toRedis.set({ downstream: Math.floor(sizes.down * share) }));
  });

  test('when Redis has answered, and the client has not heard of it', async () => {
    await killWhen(toApi.set({ downstream: 0 }), toApi.url);
  });
});
