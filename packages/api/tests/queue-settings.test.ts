import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

const pollMs = 20;

/** An idle worker looks for jobs by itself after 5 s, and at its settings after 15 s. */
const promptlyMs = 4_000;

const read = async (api: RunningApi, queue = 'demo') =>
  (await api.ask(`/queues/${queue}`, { key: keys.operator })).body;

const patch = (api: RunningApi, settings: unknown, queue = 'demo') =>
  api.ask(`/queues/${queue}`, {
    method: 'PATCH',
    key: keys.operator,
    body: JSON.stringify(settings),
    headers: { 'content-type': 'application/json' },
  });

const set = async (api: RunningApi, settings: unknown) => {
  const answer = await patch(api, settings);
  expect(answer.status).toBe(200);
  return answer.body.settings;
};

const submit = async (api: RunningApi, type: string, payload: unknown) => {
  const answer = await api.submit({ type, payload });
  expect(answer.status).toBe(202);
  return answer.body.id as string;
};

const submitMany = (api: RunningApi, count: number, type: string, payload: unknown) =>
  Promise.all(Array.from({ length: count }, () => submit(api, type, payload)));

/** Waits until the queue counts that many jobs of that status. */
const untilCounted = async (api: RunningApi, status: string, count: number) => {
  while ((await read(api)).counts[status] !== count) await sleep(pollMs);
};

const cancelAll = (api: RunningApi, ids: readonly string[]) =>
  Promise.all(ids.map((id) => api.ask(`/jobs/${id}`, { method: 'DELETE' })));

const plain = (value: unknown) => ({ configured: value, effective: value, overridden: false });

describe('the settings of a queue', () => {
  test('are what is configured until they are set, and again when they are set to null', async () => {
    await using api = await startApi({
      CONCURRENCY: 'demo=7',
      GLOBAL_CONCURRENCY: 'demo=70',
      QUEUE_LIMITS: 'demo=700/1m',
    });
    const configured = {
      concurrency: plain(7),
      globalConcurrency: plain(70),
      rateLimit: plain({ max: 700, per: 60_000 }),
    };
    expect((await read(api)).settings).toEqual(configured);
    expect((await read(api, 'mail')).settings).toEqual({
      concurrency: plain(10),
      globalConcurrency: plain(null),
      rateLimit: plain(null),
    });

    const rateLimit = { max: 5, per: '2s' };
    const changed = await set(api, { concurrency: 3, globalConcurrency: 'unlimited', rateLimit });
    expect(changed).toEqual({
      concurrency: { configured: 7, effective: 3, overridden: true },
      globalConcurrency: { configured: 70, effective: null, overridden: true },
      rateLimit: {
        configured: { max: 700, per: 60_000 },
        effective: { max: 5, per: 2_000 },
        overridden: true,
      },
    });
    expect((await set(api, { concurrency: null })).concurrency).toEqual(plain(7));
    expect((await read(api)).settings.rateLimit).toEqual(changed.rateLimit);
    expect(await set(api, { globalConcurrency: null, rateLimit: null })).toEqual(configured);
    expect(await api.queues.redis.exists(api.queues.keys.queueSettings)).toBe(0);
  });

  test('outlive every process', async () => {
    await using api = await startApi();
    await set(api, { concurrency: 3, globalConcurrency: 30 });
    await using again = await startApi({ KEY_PREFIX: api.config.redis.keyPrefix });
    expect((await read(again)).settings).toMatchObject({
      concurrency: { effective: 3 },
      globalConcurrency: { effective: 30 },
    });
  });

  test.each([
    [{}, ''],
    [{ concurrency: 0 }, '/concurrency'],
    [{ concurrency: 1_001 }, '/concurrency'],
    [{ concurrency: 1.5 }, '/concurrency'],
    [{ concurrency: '5' }, '/concurrency'],
    [{ concurrency: 'unlimited' }, '/concurrency'],
    [{ globalConcurrency: -1 }, '/globalConcurrency'],
    [{ globalConcurrency: 'none' }, '/globalConcurrency'],
    [{ rateLimit: '100/1m' }, '/rateLimit'],
    [{ rateLimit: { max: 0, per: '1m' } }, '/rateLimit/max'],
    [{ rateLimit: { max: 10 } }, '/rateLimit'],
    [{ rateLimit: { max: 10, per: '1ms' } }, '/rateLimit/per'],
    [{ rateLimit: { max: 10, per: '30d' } }, '/rateLimit/per'],
    [{ concurrency: 1, rate: '1/1s' }, '/rate'],
    [[], ''],
    [null, ''],
  ])('%j is refused, and changes nothing', async (settings, pointer) => {
    await using api = await startApi();
    const answer = await patch(api, settings);
    expect(answer).toMatchObject({
      status: 422,
      body: { type: '/problems/invalid-submission', errors: [{ pointer }] },
    });
    expect(await api.queues.redis.exists(api.queues.keys.queueSettings)).toBe(0);
  });

  test('are for operators, and of queues that there are', async () => {
    await using api = await startApi();
    const init = { method: 'PATCH', body: '{"concurrency":1}' };
    const headers = { 'content-type': 'application/json' };
    const ask = (path: string, key: string) => api.ask(path, { ...init, headers, key });
    expect((await ask('/queues/demo', keys.acme)).status).toBe(403);
    expect(await ask('/queues/demos', keys.operator)).toMatchObject({
      status: 404,
      body: { type: '/problems/queue-not-found' },
    });
  });

  test('of all workers cannot be divided among more partitions than they are', async () => {
    await using api = await startApi({ PARTITIONS: '4' });
    const pointersOf = async (settings: unknown) =>
      (await patch(api, settings)).body.errors?.map(({ pointer }: { pointer: string }) => pointer);
    expect(await pointersOf({ globalConcurrency: 3 })).toEqual(['/globalConcurrency']);
    expect(await pointersOf({ rateLimit: { max: 3, per: '1m' } })).toEqual(['/rateLimit/max']);
    await set(api, { globalConcurrency: 6, rateLimit: { max: 9, per: '1m' } });
    const shares = await Promise.all(
      [0, 1, 2, 3].map(async (partition) => {
        const queue = api.queues.get('demo', partition);
        return [await queue.getGlobalConcurrency(), await queue.getGlobalRateLimit()];
      }),
    );
    expect(shares).toEqual(
      [
        [2, 3],
        [2, 2],
        [1, 2],
        [1, 2],
      ].map(([concurrency, max]) => [concurrency, { max, duration: 60_000 }]),
    );
  });

  test('that other versions have written and nobody understands count as not set', async () => {
    await using api = await startApi();
    const { redis, keys: names } = api.queues;
    await redis.hset(names.queueSettings, 'demo:concurrency', '"many"', 'demo:rateLimit', '{');
    expect((await read(api)).settings).toMatchObject({
      concurrency: plain(10),
      rateLimit: plain(null),
    });
  });
});

describe('workers hear of a change at once', () => {
  const endless = { ms: 60_000 };

  test('more jobs in each, while all that they may run are running', async () => {
    await using api = await startApi({ CONCURRENCY: 'demo=1' });
    await using _worker = await startWorkerOf(api);
    const ids = await submitMany(api, 4, 'demo.sleep', endless);
    await untilCounted(api, 'running', 1);
    const changedAt = performance.now();
    await set(api, { concurrency: 3 });
    await untilCounted(api, 'running', 3);
    expect(performance.now() - changedAt).toBeLessThan(promptlyMs);
    expect((await read(api)).counts.queued).toBe(1);
    await cancelAll(api, ids);
  });

  test('fewer jobs in each: what runs goes on, and less is begun', async () => {
    await using api = await startApi({ CONCURRENCY: 'demo=3' });
    await using _worker = await startWorkerOf(api);
    const ids = await submitMany(api, 3, 'demo.sleep', endless);
    await untilCounted(api, 'running', 3);
    await set(api, { concurrency: 1 });
    const more = await submitMany(api, 2, 'demo.sleep', endless);
    await cancelAll(api, ids.slice(1));
    await untilCounted(api, 'running', 1);
    expect((await read(api)).counts.queued).toBe(2);
    await cancelAll(api, ids.slice(0, 1));
    await untilCounted(api, 'queued', 1);
    expect((await read(api)).counts.running).toBe(1);
    await cancelAll(api, more);
  });

  test('a limit of all workers holds over two of them, and is lifted', async () => {
    await using api = await startApi({ GLOBAL_CONCURRENCY: 'demo=2' });
    await using _one = await startWorkerOf(api);
    await using _two = await startWorkerOf(api);
    const ids = await submitMany(api, 5, 'demo.sleep', endless);
    await untilCounted(api, 'running', 2);
    await set(api, { globalConcurrency: 3 });
    await untilCounted(api, 'running', 3);
    const changedAt = performance.now();
    await set(api, { globalConcurrency: 'unlimited' });
    await untilCounted(api, 'running', 5);
    expect(performance.now() - changedAt).toBeLessThan(promptlyMs);
    await cancelAll(api, ids);
  });

  test.each([1, 2])('a rate of all workers holds over %i partitions, and is lifted', async (n) => {
    await using api = await startApi({ QUEUE_LIMITS: 'demo=2/1h', PARTITIONS: String(n) });
    await using _one = await startWorkerOf(api);
    await using _two = await startWorkerOf(api);
    const echo = { value: 1 };
    // So many that each partition has some.
    await submitMany(api, 40, 'demo.echo', echo);
    await untilCounted(api, 'succeeded', 2);
    // Long enough for many claims.
    await sleep(300);
    expect((await read(api)).counts).toMatchObject({ succeeded: 2, queued: 38 });

    // The window of the old limit would have lasted for an hour.
    await set(api, { rateLimit: { max: 4, per: '1h' } });
    await untilCounted(api, 'succeeded', 6);
    const changedAt = performance.now();
    await set(api, { rateLimit: 'unlimited' });
    await untilCounted(api, 'succeeded', 40);
    expect(performance.now() - changedAt).toBeLessThan(promptlyMs);
  });
});
