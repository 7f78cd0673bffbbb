import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import type { RedisClient } from '@drover/shared/redis/client';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OwnRedis, startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

// A Redis of its own: these tests make it forget its scripts, cut connections and run out of memory.
let server: OwnRedis;
let api: RunningApi;
let admin: RedisClient;
beforeAll(async () => {
  server = await startOwnRedis();
  api = await startApi({ REDIS_URL: server.url });
  admin = createRedis({ url: server.url, purpose: 'worker', name: 'test', log: silentLog() });
});
afterAll(async () => {
  await redisComponent(admin).stop(deadlineIn(1_000));
  await api[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const echo = (value: unknown, options = {}) => ({ type: 'demo.echo', payload: { value }, options });
const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });
const cancel = (id: string) => api.ask(`/jobs/${id}`, { method: 'DELETE' });
const batch = (jobs: object[], key: string) =>
  api.ask('/jobs/batch', {
    method: 'POST',
    body: JSON.stringify({ jobs }),
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
  });

describe('a Redis that has forgotten its scripts', () => {
  test('makes one job of one key, alone and in a batch', async () => {
    await api.submit(echo('warm'), keyed('warm'));
    await batch([echo('warm')], 'warm batch');
    for (const round of ['first', 'second']) {
      const before = await api.countJobs();
      await admin.script('FLUSH');
      if (round === 'second') await api.submit(echo('plain'));
      const plain = round === 'second' ? 1 : 0;
      const one = await api.submit(echo(round), keyed(round));
      const again = await api.submit(echo(round), keyed(round));
      expect([one.status, again.status, again.body.id]).toEqual([202, 202, one.body.id]);
      await admin.script('FLUSH');
      const many = await batch([echo(1), echo(2)], `${round} batch`);
      const manyAgain = await batch([echo(1), echo(2)], `${round} batch`);
      expect([many.status, manyAgain.body]).toEqual([202, many.body]);
      expect(await api.countJobs()).toBe(before + plain + 3);
    }
  });
});

describe('a Redis without memory', () => {
  test('refuses keyed jobs with 503 and keeps nothing of them', async () => {
    await api.submit(echo('warm'), keyed('memory warm'));
    const before = await api.countJobs();
    await admin.config('SET', 'maxmemory', '1');
    const alone = await api.submit(echo(1), keyed('memory'));
    const together = await batch([echo(1), echo(2)], 'memory batch');
    await admin.config('SET', 'maxmemory', '0');
    for (const answer of [alone, together]) {
      expect(answer).toMatchObject({ status: 503, body: { type: '/problems/store-unavailable' } });
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    expect(await api.countJobs()).toBe(before);
    expect((await api.submit(echo(1), keyed('memory'))).status).toBe(202);
    expect((await batch([echo(1), echo(2)], 'memory batch')).status).toBe(202);
    expect(await api.countJobs()).toBe(before + 3);
  });
});

test('a submission whose end cannot be waited for is accepted all the same', async () => {
  await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  const answer = await api.submit(echo(1, { delay: '1h' }), { headers: { prefer: 'wait=1' } });
  expect(answer).toMatchObject({ status: 202, body: { status: 'scheduled' } });
});

test('a job that is canceled while its attempt fails is not retried', async () => {
  await using _worker = await startWorkerOf(api);
  const options = { attempts: 5, timeout: 100, backoff: { kind: 'fixed', delay: '1h' } };
  const ids = await Promise.all(
    Array.from({ length: 30 }, async () => {
      const body = { type: 'demo.sleep', payload: { ms: 60_000 }, options };
      return (await api.submit(body)).body.id as string;
    }),
  );
  const statusOf = async (id: string) => (await api.ask(`/jobs/${id}`)).body.status;
  await Promise.all(
    ids.map(async (id) => {
      while ((await statusOf(id)) === 'queued');
      await cancel(id);
    }),
  );
  for (const id of ids) await expect.poll(() => statusOf(id)).toBe('canceled');
});

test('of many retries at once one is done, and the others are told so', async () => {
  const { body } = await api.submit(echo(1));
  for (let round = 0; round < 10; round += 1) {
    await cancel(body.id);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => api.ask(`/jobs/${body.id}/retry`, { method: 'POST' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array(7).fill(409)]);
  }
});

test('a job that never ran is never shown as running', async () => {
  const submit = () => api.submit(echo(1, { expiresIn: 30 }));
  const ids = (await Promise.all(Array.from({ length: 20 }, submit))).map(({ body }) => body.id);
  const seen = new Set<string>();
  while (!seen.has('expired')) {
    const answers = await Promise.all(
      ids.flatMap((id) => [1, 2, 3].map(() => api.ask(`/jobs/${id}`))),
    );
    for (const { body } of answers) seen.add(body.status);
  }
  expect([...seen].filter((status) => status !== 'queued')).toEqual(['expired']);
});

test('followers hear of an expiry in time', async () => {
  const { body } = await api.submit(echo(1, { expiresIn: 300 }), { headers: { prefer: 'wait=8' } });
  expect(body.status).toBe('expired');
});

test('followers who go while Redis is away leave nothing behind', async () => {
  const { body } = await api.submit(echo(1, { delay: '1h' }));
  const waiting = api.ask(`/jobs/${body.id}`, { headers: { prefer: 'wait=1' } });
  const channel = api.queues.keys.changes({ id: body.id, queue: 'demo', partition: 0 });
  const followers = async () => (await admin.pubsub('NUMSUB', channel))[1];
  await expect.poll(followers).toBe(1);
  await server.stop();
  await waiting;
  await server.startAgain();
  await expect
    .poll(async () => (await api.ask('/ready', { key: null })).status, { timeout: 10_000 })
    .toBe(200);
  await expect.poll(followers, { timeout: 5_000 }).toBe(0);
});
