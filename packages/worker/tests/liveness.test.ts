import { setTimeout as sleep } from 'node:timers/promises';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { expect, inject, test } from 'vitest';
import { startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { startProxy } from '../../../tests/servers/tcp-proxy.ts';
import { watchClaims } from '../src/liveness/watch-claims.ts';
import type { QueueWorker } from '../src/queue-worker.ts';
import { anyJob, type RunningWorker, startWorker } from './running-worker.ts';

/** Short, so that there are many looks in a test. */
const timeoutMs = 200;

/** Long enough for a worker to be found guilty three times over. */
const longMs = 3 * timeoutMs;

/** Healing waits for a socket's timeout of 15 s. */
const healingTimeout = 60_000;

const quick = anyJob('test.quick', async () => 1);

/** Watches that worker over a connection of its own. */
const watched = async (worker: RunningWorker, url: string = inject('redisUrl')) => {
  const log = silentLog();
  const redis = createRedis({ url, purpose: 'producer', name: 'test', log });
  await redisComponent(redis).start();
  const { keys } = worker.queues;
  const { check, component } = watchClaims({
    workers: [worker.worker()],
    redis,
    keys,
    timeoutMs,
    log,
  });
  await component.start();
  const verdict = () =>
    check().then(
      () => 'live',
      (err: Error) => err.message,
    );
  return {
    verdict,
    stop: () => component.stop(deadlineIn(1_000)),
    [Symbol.asyncDispose]: async () => {
      await component.stop(deadlineIn(1_000));
      await redisComponent(redis).stop(deadlineIn(1_000));
    },
  };
};

test.concurrent(
  'a worker whose connection to Redis is dead leaves jobs lying: it is not live until it is mended',
  async () => {
    await using proxy = await startProxy(inject('redisUrl'));
    await using worker = await startWorker([quick], { workerUrl: proxy.url });
    await using watch = await watched(worker);
    await worker.finished(await worker.submit('test.quick', {}));
    expect(await watch.verdict()).toBe('live');

    proxy.isolate();
    const job = await worker.submit('test.quick', {});
    await expect
      .poll(watch.verdict, { timeout: 10_000 })
      .toBe(
        'the queue demo (partition 0) has 1 jobs that wait; this worker has free slots and has started none for 0.2 s',
      );

    proxy.restore();
    await expect.poll(() => job.getState(), { timeout: 40_000 }).toBe('completed');
    await expect.poll(watch.verdict).toBe('live');
  },
  healingTimeout,
);

test.concurrent(
  'a connection that is half open heals by itself, whether the worker waits on it or not',
  async () => {
    await using proxy = await startProxy(inject('redisUrl'));
    await using worker = await startWorker([quick], { workerUrl: proxy.url });
    await worker.finished(await worker.submit('test.quick', {}));
    proxy.silence();
    const job = await worker.submit('test.quick', {});
    await expect.poll(() => job.getState(), { timeout: 40_000 }).toBe('completed');
  },
  healingTimeout,
);

/** States in which a worker rightly starts nothing, though jobs wait. */
const blameless: Record<string, (worker: RunningWorker) => Promise<unknown>> = {
  'is paused': ({ queue }) => queue.pause(),
  'is at its global limit': async ({ queue, redis, queues }) => {
    await queue.setGlobalConcurrency(1);
    // Somebody else runs the one job that there may be.
    await redis.lpush(queues.keys.inQueue('demo', 0, 'active'), 'elsewhere');
  },
  'is at its rate limit': async ({ queue, redis, queues }) => {
    await queue.setGlobalRateLimit(1, 3_600_000);
    await redis.set(queues.keys.inQueue('demo', 0, 'limiter'), 1, 'PX', 3_600_000);
  },
};

test.each(Object.entries(blameless))('a worker whose queue %s is live', async (_what, bring) => {
  await using worker = await startWorker([quick]);
  await bring(worker);
  await using watch = await watched(worker);
  const job = await worker.submit('test.quick', {});
  await sleep(longMs);
  expect(await watch.verdict()).toBe('live');
  expect(await job.getState()).toBe('prioritized');
});

test('a worker that has nothing to do is live, and so is one that has all it can do', async () => {
  const gate = Promise.withResolvers<void>();
  await using worker = await startWorker([anyJob('test.held', () => gate.promise)], {
    concurrency: 1,
  });
  await using watch = await watched(worker);
  await sleep(longMs);
  expect(await watch.verdict()).toBe('live');
  const jobs = [await worker.submit('test.held', {}), await worker.submit('test.held', {})];
  await sleep(longMs);
  expect(await watch.verdict()).toBe('live');
  gate.resolve();
  for (const job of jobs) await worker.finished(job);
});

/** What a worker looks like that has lost its loop. */
const lifeless = (load: Partial<ReturnType<QueueWorker['load']>> = {}): QueueWorker =>
  ({
    queue: 'demo',
    partition: 0,
    load: () => ({ concurrency: 1, running: 0, claims: 0, refusals: 0, ...load }),
  }) as QueueWorker;

test('while Redis does not answer, or answers that it cannot serve, no worker is to blame', async () => {
  await using own = await startOwnRedis();
  await using admin = await own.connect();
  const redis = createRedis({ url: own.url, purpose: 'producer', name: 'test', log: silentLog() });
  await redisComponent(redis).start();
  const keys = createKeys('test');
  await admin.redis.lpush(keys.inQueue('demo', 0, 'wait'), 'job');
  let refusals = 0;
  const refused = { ...lifeless(), load: () => ({ ...lifeless().load(), refusals: refusals++ }) };
  const about = { redis, keys, timeoutMs, log: silentLog() };
  const watch = watchClaims({ ...about, workers: [lifeless()] });
  const patient = watchClaims({ ...about, workers: [refused] });
  for (const { component } of [watch, patient]) await component.start();
  await expect.poll(() => watch.check().catch(() => 'not live')).toBe('not live');
  await patient.check();

  await own.stop();
  await expect.poll(() => watch.check().then(() => 'live')).toBe('live');
  for (const { component } of [watch, patient]) await component.stop(deadlineIn(1_000));
  redis.disconnect();
});

test('looks count, and not time: a process that did not run is not to blame', async () => {
  await using worker = await startWorker([quick]);
  await worker.queue.pause();
  await worker.submit('test.quick', {});
  await using watch = await watched({ ...worker, worker: () => lifeless() });
  await worker.queue.resume();
  // As a suspended machine does: for much longer than the timeout, nothing runs.
  const until = performance.now() + longMs;
  while (performance.now() < until);
  expect(await watch.verdict()).toBe('live');
});

test('a worker that stops claims nothing, and is live', async () => {
  await using worker = await startWorker([quick]);
  await using watch = await watched(worker);
  await watch.stop();
  await worker.stop();
  await worker.submit('test.quick', {});
  await sleep(longMs);
  expect(await watch.verdict()).toBe('live');
});
