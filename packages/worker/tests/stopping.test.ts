import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { startProxy } from '../../../tests/servers/tcp-proxy.ts';
import { anyJob, concurrency, startWorker } from './running-worker.ts';

test('running jobs may finish when the worker stops, and no other one is begun', async () => {
  const gate = Promise.withResolvers<string>();
  let begun = 0;
  const slow = anyJob('test.slow', () => {
    begun += 1;
    return gate.promise;
  });
  await using worker = await startWorker([slow]);
  const jobs = await Promise.all(
    Array.from({ length: concurrency + 3 }, () => worker.submit('test.slow', {})),
  );
  await expect.poll(() => begun).toBe(concurrency);
  const stopping = worker.stop();
  gate.resolve('done');
  await stopping;
  const states = await Promise.all(jobs.map((job) => job.getState()));
  expect(states).toEqual([
    ...Array.from({ length: concurrency }, () => 'completed'),
    ...Array.from({ length: 3 }, () => 'prioritized'),
  ]);
});

test.each([
  ['obeys', (signal: AbortSignal) => sleep(60_000, undefined, { signal })],
  ['ignores', () => new Promise(() => undefined)],
])(
  'a job that outlasts the grace and %s its signal goes back to the queue at once, its attempts unharmed',
  async (_what, outlast) => {
    const slow = anyJob('test.slow', ({ signal }) => outlast(signal));
    await using worker = await startWorker([slow], { graceMs: 50 });
    const job = await worker.submit('test.slow', {});
    await worker.when('active', job);
    await worker.stop();
    const handedBack = await worker.queue.getJob(job.id ?? '');
    expect(await handedBack?.getState()).toBe('prioritized');
    expect(handedBack).toMatchObject({ attemptsMade: 0, stalledCounter: 0 });
  },
);

test('a job whose claim was under way when the stop began is not begun', async () => {
  // What Redis answers is on its way for a while.
  await using proxy = await startProxy(inject('redisUrl'), { latencyMs: 200 });
  let begun = 0;
  const counted = anyJob('test.counted', async () => {
    begun += 1;
  });
  await using worker = await startWorker([counted], { workerUrl: proxy.url });
  const job = await worker.submit('test.counted', {});
  await worker.when('active', job);
  await worker.stop();
  expect(begun).toBe(0);
  const handedBack = await worker.queue.getJob(job.id ?? '');
  expect(await handedBack?.getState()).toBe('prioritized');
  expect(handedBack).toMatchObject({ attemptsMade: 0, stalledCounter: 0 });
});

test('stopping twice, or before anything ran, is fine', async () => {
  await using worker = await startWorker([anyJob('test.none', async () => 1)]);
  await Promise.all([worker.stop(), worker.stop()]);
});
