import { setTimeout as sleep } from 'node:timers/promises';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { expect, test } from 'vitest';
import { keepOrder } from '../src/ordering/keep-order.ts';
import { readHistory, replay } from './order-of-claims.ts';
import { anyJob, type RunningWorker, startWorker } from './running-worker.ts';

/** Keeps the order of that worker's queue, as its process does. */
const tended = async (worker: RunningWorker): Promise<AsyncDisposable> => {
  const { keys } = worker.queues;
  const about = { workers: [worker.worker()], redis: worker.redis, keys, log: silentLog() };
  const component = keepOrder(about);
  await component.start();
  return { [Symbol.asyncDispose]: () => component.stop(deadlineIn(1_000)) };
};

test('a delayed job whose time comes while all workers are busy stands before those submitted later', async () => {
  const gate = Promise.withResolvers<void>();
  const types = [anyJob('test.held', () => gate.promise), anyJob('test.quick', async () => 1)];
  await using worker = await startWorker(types, { concurrency: 1 });
  await using _tended = await tended(worker);
  const held = await worker.submit('test.held', {});
  await worker.when('active', held);
  const delayed = await worker.submit('test.quick', {}, { delay: 10 });
  await worker.when('waiting', delayed);
  const later = await worker.submit('test.quick', {});
  gate.resolve();
  await worker.finished(later);
  const { claims, breaches } = replay(await readHistory(worker), () => 5);
  expect(claims).toEqual([held.id, delayed.id, later.id]);
  expect(breaches).toEqual([]);
});

test('due jobs of a paused queue take their place in it, and stay there', async () => {
  await using worker = await startWorker([anyJob('test.quick', async () => 1)], { concurrency: 1 });
  await worker.queue.pause();
  const delayed = await worker.submit('test.quick', {}, { delay: 10 });
  await worker.when('waiting', delayed);
  // Long enough for many looks of the worker.
  await sleep(200);
  expect(await delayed.getState()).toBe('prioritized');
  await worker.queue.resume();
  await worker.finished(delayed);
});
