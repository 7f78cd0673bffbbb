import { prepareDatabase } from '@drover/jobs/database/prepare';
import { takeLatencies } from '@drover/jobs/queue-samples/latencies';
import { histogramOf, percentileOf } from '@drover/jobs/queue-samples/percentiles';
import { takeSample } from '@drover/jobs/queue-samples/sample';
import { addSample, readSpans, removeSamples } from '@drover/jobs/queue-samples/table';
import { createPool } from '@drover/shared/database/pool';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { Queue, Worker } from 'bullmq';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';
import { queueSampler } from '../src/queue-samples/sampler.ts';

const log = silentLog();
let database: OwnDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createDatabase();
  await prepareDatabase({ url: database.url, name: 'test', demo: false, log });
  pool = createPool({ url: database.url, max: 4, name: 'test', log });
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

const keyPrefix = createKeys(randomPrefix()).partition(0);
const at = Date.parse('2026-08-30T09:12:00Z');

const sample = (seconds: number, more: Partial<Parameters<typeof addSample>[2]> = {}) =>
  addSample(pool, keyPrefix, {
    at: at + seconds * 1_000,
    queued: 1,
    running: 1,
    succeededTotal: 0,
    failedTotal: 0,
    waits: histogramOf([]),
    runs: histogramOf([]),
    ...more,
  });

test('samples are gathered in spans: the most at once, rates, percentiles', async () => {
  await sample(-10, { succeededTotal: 100, failedTotal: 5 });
  await sample(0, { queued: 7, succeededTotal: 110, runs: histogramOf([100, 100]) });
  await sample(50, { running: 3, succeededTotal: 160, failedTotal: 5, runs: histogramOf([900]) });
  const [before, span] = await readSpans(pool, { keyPrefix, after: at - 3_600_000, seconds: 60 });
  expect(before).toMatchObject({ at: at - 60_000, succeeded: null, failed: null, run: null });
  expect(span).toMatchObject({ at, queued: 7, running: 3, succeeded: 60, failed: 0, wait: null });
  expect(Math.abs((span?.run?.p50 ?? 0) - 100)).toBeLessThan(6);
  expect(Math.abs((span?.run?.p95 ?? 0) - 900)).toBeLessThan(50);
  const hours = await readSpans(pool, { keyPrefix, after: at - 86_400_000, seconds: 7_200 });
  expect(hours).toMatchObject([{ queued: 7, running: 3, succeeded: null }]);
});

test('a sample that was taken twice counts once', async () => {
  const spans = () => readSpans(pool, { keyPrefix, after: at - 3_600_000, seconds: 60 });
  const before = await spans();
  await sample(50, { queued: 99, runs: histogramOf([5, 5, 5]) });
  expect(await spans()).toEqual(before);
});

test('totals that begin anew tell nothing of their minute, and go on from there', async () => {
  await sample(70, { succeededTotal: 0 });
  await sample(130, { succeededTotal: 30 });
  const spans = await readSpans(pool, { keyPrefix, after: at - 1, seconds: 60 });
  expect(spans.map(({ succeeded }) => succeeded)).toEqual([null, null, 30]);
});

test('two Drovers on one database keep their own samples', async () => {
  const theirs = createKeys(randomPrefix()).partition(0);
  const own = await readSpans(pool, { keyPrefix, after: 0, seconds: 60 });
  await addSample(pool, theirs, {
    at: at + 135_000,
    queued: 99,
    running: 1,
    succeededTotal: 0,
    failedTotal: 0,
    waits: histogramOf([5]),
    runs: histogramOf([5]),
  });
  expect(await readSpans(pool, { keyPrefix, after: 0, seconds: 60 })).toEqual(own);
  expect(await readSpans(pool, { keyPrefix: theirs, after: 0, seconds: 60 })).toMatchObject([
    { queued: 99 },
  ]);
});

test('what nobody asks for any more goes', async () => {
  await removeSamples(pool, at + 60_000);
  const spans = await readSpans(pool, { keyPrefix, after: 0, seconds: 60 });
  expect(spans.map((span) => span.at)).toEqual([at + 60_000, at + 120_000]);
});

test('a sample is of all queues and partitions, and of jobs that have just succeeded', async () => {
  const redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
  const places = { redis, keys: createKeys(randomPrefix()), partitions: 2 };
  const open = (name: string, partition: number) => {
    const options = { connection: redis, prefix: places.keys.partition(partition) };
    const worker = new Worker(name, undefined, {
      ...options,
      autorun: false,
      metrics: { maxDataPoints: 60 },
    });
    return { queue: new Queue(name, options), worker };
  };
  const [mail, demo] = [open('mail', 0), open('demo', 1)];
  await mail.queue.add('waits', {});
  await demo.queue.add('ends', {}, { timestamp: Date.now() - 60_000 });
  const job = await demo.worker.getNextJob('token', { block: false });
  await job?.moveToCompleted({}, 'token', false);
  const now = Date.now();
  expect(await takeSample(places, now)).toEqual({
    queued: 1,
    running: 0,
    succeededTotal: 1,
    failedTotal: 0,
  });
  const { waits } = await takeLatencies(places, { after: now - 60_000, until: now + 1_000 });
  expect(percentileOf(waits, 0.5)).toBeGreaterThan(57_000);
  for (const { worker, queue } of [mail, demo]) {
    await worker.close(true);
    await queue.obliterate({ force: true });
    await queue.close();
  }
  await redisComponent(redis).stop(deadlineIn(1_000));
});

test('of several schedulers one takes each sample', async () => {
  const redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
  const places = { redis, keys: createKeys(randomPrefix()), partitions: 1 };
  await database.query('truncate drover.load_samples');
  const samplers = [1, 2, 3].map(() => queueSampler({ places, pool, log }));
  await Promise.all(samplers.map((sampler) => sampler.start()));
  await vi.waitFor(
    async () => {
      const rows = await database.query('select distinct seconds from drover.load_samples');
      expect(rows).toHaveLength(4);
    },
    { timeout: 15_000 },
  );
  await Promise.all(samplers.map((sampler) => sampler.stop(deadlineIn(5_000))));
  await redisComponent(redis).stop(deadlineIn(1_000));
});
