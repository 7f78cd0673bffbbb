import { setTimeout as sleep } from 'node:timers/promises';
import type { QueuePatch } from '@drover/jobs/contract/operations';
import { configuredLimits } from '@drover/jobs/operations/configured-limits';
import { writeOverrides } from '@drover/jobs/operations/queue-overrides';
import { ConfigError } from '@drover/shared/config';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { createSubscriptions } from '@drover/shared/redis/subscriptions';
import { describe, expect, inject, test } from 'vitest';
import { randomPrefix, testConfig } from '../../../tests/servers/configuration.ts';
import { followSettings } from '../src/queue-settings/follow-settings.ts';
import type { QueueWorker } from '../src/queue-worker.ts';
import { anyJob, startWorker } from './running-worker.ts';

const limitsOf = (env: Record<string, string>) => () => configuredLimits(testConfig(env));

describe('what is configured', () => {
  test('holds for the queues that are named; the others keep their defaults', () => {
    const limits = limitsOf({ CONCURRENCY: 'media=7', QUEUE_LIMITS: 'mail=100/1m' })();
    expect(limits.media).toEqual({ concurrency: 7, globalConcurrency: null, rateLimit: null });
    expect(limits.mail).toMatchObject({ concurrency: 10, rateLimit: { max: 100, per: 60_000 } });
  });

  test.each([
    [{ CONCURRENCY: 'medai=1' }, 'CONCURRENCY names the queue "medai", which there is not'],
    [{ GLOBAL_CONCURRENCY: 'x=1' }, 'GLOBAL_CONCURRENCY names the queue "x"'],
    [{ QUEUE_LIMITS: 'mails=1/1s' }, 'Did you mean "mail"?'],
    [
      { GLOBAL_CONCURRENCY: 'mail=2', PARTITIONS: '4' },
      'GLOBAL_CONCURRENCY gives the queue "mail" 2; with 4 partitions, 4 is the least',
    ],
    [{ QUEUE_LIMITS: 'mail=3/1m', PARTITIONS: '4' }, 'QUEUE_LIMITS gives the queue "mail" 3'],
  ])('%j keeps a process from starting', (env, message) => {
    expect(limitsOf(env)).toThrow(ConfigError);
    expect(limitsOf(env)).toThrow(message);
  });
});

/** Follows the settings for these workers, and what is needed to change them without a word. */
const followed = async (
  workers: readonly QueueWorker[],
  { partitions = 1, everyMs }: { partitions?: number; everyMs?: number } = {},
) => {
  const log = silentLog();
  const url = inject('redisUrl');
  const redis = createRedis({ url, purpose: 'producer', name: 'test', log });
  const keys = createKeys(randomPrefix());
  const subscriptions = createSubscriptions({ url, name: 'test', log });
  const component = followSettings({
    workers,
    configured: configuredLimits(testConfig({ CONCURRENCY: 'demo=10' })),
    partitions,
    subscriptions,
    redis,
    keys,
    log,
    ...(everyMs && { everyMs }),
  });
  await redisComponent(redis).start();
  await subscriptions.start();
  await component.start();
  return {
    write: (settings: QueuePatch) => writeOverrides({ redis, keys }, 'demo', settings),
    tell: () => redis.publish(keys.queueSettingsChanges, 'demo'),
    meta: (partition: number) => redis.hgetall(keys.inQueue('demo', partition, 'meta')),
    [Symbol.asyncDispose]: async () => {
      await component.stop(deadlineIn(1_000));
      await subscriptions.stop(deadlineIn(1_000));
      await redis.del(
        ...Array.from({ length: partitions }, (_, n) => keys.inQueue('demo', n, 'meta')),
      );
      await redis.del(keys.queueSettings);
      await redisComponent(redis).stop(deadlineIn(1_000));
    },
  };
};

describe('a worker', () => {
  test('has the settings from its start on', async () => {
    await using worker = await startWorker([anyJob('test.none', async () => 1)]);
    await using _follower = await followed([worker.worker()]);
    expect(worker.worker().load().concurrency).toBe(10);
  });

  test('hears of a change by message, and makes the limits of all workers hold', async () => {
    await using worker = await startWorker([anyJob('test.none', async () => 1)]);
    await using follower = await followed([worker.worker()]);
    await follower.write({ concurrency: 4, rateLimit: { max: 2, per: 1_000 } });
    await follower.tell();
    await expect.poll(() => worker.worker().load().concurrency).toBe(4);
    await expect.poll(() => follower.meta(0)).toMatchObject({ max: '2', duration: '1000' });
  });

  test('finds a change whose message was lost', async () => {
    await using worker = await startWorker([anyJob('test.none', async () => 1)]);
    await using follower = await followed([worker.worker()], { everyMs: 50 });
    await follower.write({ concurrency: 3 });
    await expect.poll(() => worker.worker().load().concurrency).toBe(3);
    await follower.write({ concurrency: null });
    await expect.poll(() => worker.worker().load().concurrency).toBe(10);
  });

  test('divides its concurrency among the partitions, each of which gets one at least', async () => {
    const given = new Map<number, number>();
    const workers = Array.from({ length: 4 }, (_, partition): QueueWorker => {
      const setConcurrency = (jobs: number) => void given.set(partition, jobs);
      return { queue: 'demo', partition, setConcurrency } as QueueWorker;
    });
    await using follower = await followed(workers, { partitions: 4 });
    expect([...given.values()]).toEqual([3, 3, 2, 2]);
    await follower.write({ concurrency: 2 });
    await follower.tell();
    await expect.poll(() => [...given.values()]).toEqual([1, 1, 1, 1]);
  });

  test('with more slots by now begins what waits, without waiting for a job to end', async () => {
    const gate = Promise.withResolvers<void>();
    await using worker = await startWorker([anyJob('test.held', () => gate.promise)], {
      concurrency: 1,
    });
    const jobs = await Promise.all([1, 2, 3].map(() => worker.submit('test.held', {})));
    await worker.when('active', jobs[0] as (typeof jobs)[number]);
    worker.worker().setConcurrency(2);
    await worker.when('active', jobs[1] as (typeof jobs)[number]);
    await sleep(100);
    expect(worker.worker().load()).toMatchObject({ running: 2, concurrency: 2 });
    gate.resolve();
    await Promise.all(jobs.map((job) => worker.finished(job)));
  });
});
