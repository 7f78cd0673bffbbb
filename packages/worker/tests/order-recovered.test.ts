import { Worker } from 'bullmq';
import { expect, test } from 'vitest';
import { readHistory, replay } from './order-of-claims.ts';
import { anyJob, type RunningWorker, startWorker } from './running-worker.ts';

/** Jobs are lost in two looks, three seconds apart. */
const timeout = 30_000;

/** Claims the next job and dies: nothing renews its lock, which ends at once. */
const claimAndDie = async ({ queue, redis, queues }: RunningWorker) => {
  const victim = new Worker(queue.name, undefined, {
    connection: redis,
    prefix: queues.keys.partition(0),
    autorun: false,
  });
  const job = await victim.getNextJob('victim', { block: false });
  await redis.del(queues.keys.inQueue(queue.name, 0, `${job?.id}:lock`));
  await victim.close(true);
  return job?.id ?? '';
};

const recovered = (worker: RunningWorker, ids: readonly string[]) =>
  expect
    .poll(
      async () => {
        const history = await readHistory(worker);
        return history.filter(({ event }) => event === 'stalled').map(({ jobId }) => jobId);
      },
      { timeout: 15_000 },
    )
    .toEqual(expect.arrayContaining([...ids]));

test(
  'jobs whose worker was lost come first within their priority, in their order, and before no higher one',
  async () => {
    const gate = Promise.withResolvers<void>();
    const types = [anyJob('test.held', () => gate.promise), anyJob('test.quick', async () => 1)];
    await using worker = await startWorker(types, { concurrency: 1 });
    const held = await worker.submit('test.held', {}, { priority: 1 });
    await worker.when('active', held);

    const submit = async (priority: number) =>
      (await worker.submit('test.quick', {}, { priority })).id ?? '';
    const lost = [await submit(5), await submit(5)];
    expect([await claimAndDie(worker), await claimAndDie(worker)]).toEqual(lost);
    const [late, last, urgent] = [await submit(5), await submit(10), await submit(2)];
    await recovered(worker, lost);
    expect(await worker.queue.getWaitingCount()).toBe(0);

    gate.resolve();
    const job = await worker.queue.getJob(last);
    if (job) await worker.finished(job);
    const { claims } = replay(await readHistory(worker), () => 5);
    expect(claims).toEqual([held.id, ...lost, urgent, ...lost, late, last]);
  },
  timeout,
);

test(
  'a paused queue keeps the jobs of a lost worker until it is resumed',
  async () => {
    await using worker = await startWorker([anyJob('test.quick', async () => 1)], {
      concurrency: 1,
    });
    await worker.stop();
    const job = await worker.submit('test.quick', {});
    expect(await claimAndDie(worker)).toBe(job.id);
    await worker.queue.pause();
    await worker.restart();
    await recovered(worker, [job.id ?? '']);
    expect(await job.getState()).toBe('prioritized');
    await worker.queue.resume();
    expect((await worker.finished(job)).stalledCounter).toBe(1);
    const { breaches } = replay(await readHistory(worker), () => 5);
    expect(breaches).toEqual([]);
  },
  timeout,
);
