import { randomUUID } from 'node:crypto';
import { keepWorker } from '@drover/jobs/operations/worker-record';
import type { Config } from '@drover/shared/config';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { createStack } from '@drover/shared/lifecycle/stack';
import { silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { expect, test } from 'vitest';
import { freePort } from '../../../scripts/stack/ports.ts';
import { readSamples, type Sample, sumOf } from '../../../tests/metrics/samples.ts';
import { testConfig } from '../../../tests/servers/configuration.ts';
import { type RunningApi, startApi } from '../../api/tests/running-api.ts';
import { composeScheduler } from '../src/app.ts';

const start = async (config: Config) => {
  const log = silentLog();
  const stack = createStack(composeScheduler(config, log), log);
  await stack.start();
  return {
    scrape: async (): Promise<Sample[]> => {
      const answer = await fetch(`http://127.0.0.1:${config.ports.scheduler}/metrics`);
      expect(answer.status).toBe(200);
      return readSamples(await answer.text());
    },
    [Symbol.asyncDispose]: async () => {
      await stack.stop(deadlineIn(5_000));
    },
  };
};

/** A scheduler beside an API, on the same jobs. */
const startBeside = async ({ config }: RunningApi) =>
  start({ ...config, ports: { ...config.ports, scheduler: await freePort() } });

const submit = (api: RunningApi, delay = 0) =>
  api.submit({ type: 'demo.echo', payload: { value: 1 }, options: { delay } });

test('several schedulers tell the same of the queues, and only they do', async () => {
  await using api = await startApi();
  await Promise.all([submit(api), submit(api), submit(api, 60_000)]);
  await using one = await startBeside(api);
  await using other = await startBeside(api);
  const ofDemo = { queue: 'demo' };
  for (const samples of [await one.scrape(), await other.scrape()]) {
    const jobs = (state: string) => sumOf(samples, 'drover_queue_jobs', { ...ofDemo, state });
    expect([jobs('queued'), jobs('scheduled'), jobs('running')]).toEqual([2, 1, 0]);
    expect(sumOf(samples, 'drover_queue_oldest_seconds', ofDemo)).toBeGreaterThan(0);
    expect(sumOf(samples, 'drover_queue_paused', ofDemo)).toBe(0);
    expect(sumOf(samples, 'drover_dead_letters')).toBe(0);
    expect(sumOf(samples, 'drover_workers')).toBe(0);
    expect(sumOf(samples, 'drover_schedules', { state: 'enabled' })).toBeGreaterThan(0);
    expect(sumOf(samples, 'drover_schedules', { state: 'overdue' })).toBe(0);
    expect(sumOf(samples, 'drover_redis_memory_bytes')).toBeGreaterThan(0);
    expect(sumOf(samples, 'drover_redis_memory_limit_bytes')).toBeGreaterThan(0);
    expect(sumOf(samples, 'drover_postgres_connections')).toBeGreaterThan(0);
    expect(samples.filter(({ name, value }) => name.endsWith('_success') && value === 0)).toEqual(
      [],
    );
  }
  const ofApi = readSamples((await api.ask('/metrics', { key: null })).text);
  expect(sumOf(ofApi, 'drover_queue_jobs')).toBeUndefined();
});

test('a worker that falls silent is counted as lost, one that says farewell is not', async () => {
  await using api = await startApi();
  await using scheduler = await startBeside(api);
  const { keyPrefix } = api.config.redis;
  const keys = createKeys(keyPrefix);
  const { redis } = api.queues;
  const worker = (id: string) => ({
    id,
    host: 'here',
    pid: 1,
    version: '0',
    state: 'running' as const,
    startedAt: new Date().toISOString(),
    lastHeartbeatAt: new Date().toISOString(),
    queues: [],
    memory: { residentBytes: 1, heapBytes: 1 },
    eventLoopDelayMs: 0,
    running: [],
  });
  await keepWorker({ redis, keys }, worker('silent'));
  // As if its time were over.
  await redis.del(keys.worker('silent'));
  await redis.zadd(keys.workers, 1, 'silent');
  await keepWorker({ redis, keys }, worker('alive'));
  const samples = await scheduler.scrape();
  expect(sumOf(samples, 'drover_workers_lost_total')).toBe(1);
  expect(sumOf(samples, 'drover_workers', { state: 'running' })).toBe(1);
});

test('what cannot be known is left out, and said', async () => {
  const config = testConfig({ SCHEDULER_PORT: String(await freePort()) });
  await using scheduler = await start(config);
  const redis = createRedis({
    url: config.redis.url,
    purpose: 'worker',
    name: randomUUID(),
    log: silentLog(),
  });
  // A key of another kind makes the look at that queue fail.
  await redis.set(createKeys(config.redis.keyPrefix).inQueue('demo', 0, 'prioritized'), 'spoilt');
  const samples = await scheduler.scrape();
  expect(sumOf(samples, 'drover_queue_jobs')).toBeUndefined();
  expect(sumOf(samples, 'drover_collect_success', { collector: 'queues' })).toBe(0);
  expect(sumOf(samples, 'drover_collect_success', { collector: 'redis' })).toBe(1);
  expect(sumOf(samples, 'drover_redis_memory_bytes')).toBeGreaterThan(0);
  await redisComponent(redis).stop(deadlineIn(1_000));
});
