import { setTimeout as sleep } from 'node:timers/promises';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { Queue } from 'bullmq';
import { expect, test, vi } from 'vitest';
import { startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { internalWorker } from '../src/internal-worker.ts';

/** A worker whose Redis goes away between the connection of its process and its own. */
const openWorker = async (stack: AsyncDisposableStack) => {
  const log = silentLog();
  const debug = vi.spyOn(log, 'debug');
  const server = stack.use(await startOwnRedis());
  const redis = createRedis({ url: server.url, purpose: 'worker', name: 'test', log });
  await redisComponent(redis).start();
  stack.defer(() => redisComponent(redis).stop(deadlineIn(1_000)));
  const done: unknown[] = [];
  const worker = internalWorker({
    name: 'worker:small',
    queue: 'small',
    prefix: '{small}',
    redis,
    worker: 'test',
    process: async (job) => void done.push(job.data),
    failed: { message: 'failed', fields: () => ({}) },
    log,
  });
  const untilRefused = async () => {
    while (!debug.mock.calls.some(([, text]) => text === 'BullMQ worker')) await sleep(10);
  };
  return { server, redis, worker, done, untilRefused };
};

test('a worker that loses Redis while it starts waits for it, and then works', async () => {
  await using stack = new AsyncDisposableStack();
  const { server, redis, worker, done, untilRefused } = await openWorker(stack);
  await server.stop();
  const started = Promise.resolve(worker.start());
  await Promise.race([started, untilRefused()]);
  await server.startAgain();
  await started;
  stack.defer(() => worker.stop(deadlineIn(5_000)));
  const queue = new Queue('small', { connection: redis, prefix: '{small}' });
  stack.defer(() => queue.close());
  await queue.add('one', 1);
  await expect.poll(() => done, { timeout: 15_000 }).toEqual([1]);
}, 60_000);
