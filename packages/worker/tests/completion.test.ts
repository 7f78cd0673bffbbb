import { setImmediate as nextTurn } from 'node:timers/promises';
import { addJobs } from '@drover/jobs/adding/add-jobs';
import { settleJobOf, settleQueue } from '@drover/jobs/settling/settle-job';
import { Worker } from 'bullmq';
import { expect, test } from 'vitest';
import { anyJob, type RunningWorker, startWorker } from './running-worker.ts';
import { settledJob } from './settle-data.ts';

const quick = anyJob('test.quick', async ({ payload }) => ({ echoed: payload }));

/** Runs a worker's next jobs as BullMQ alone does, and stops. */
const runByBullmq = async ({ queue, queues, redis }: RunningWorker, jobs: number) => {
  const all = Promise.withResolvers<void>();
  let done = 0;
  const bare = new Worker(queue.name, async ({ data }) => ({ echoed: data.payload }), {
    name: 'test:1',
    connection: redis,
    prefix: queues.keys.partition(0),
    removeOnComplete: { age: 60 },
    metrics: { maxDataPoints: 10 },
  });
  bare.on('completed', () => {
    done += 1;
    if (done === jobs) all.resolve();
  });
  await all.promise;
  await bare.close();
};

test('completed jobs are in Redis what BullMQ makes of them', async () => {
  await using worker = await startWorker([quick]);
  const { queue, redis, queues } = worker;
  const hashOf = async (id = '') => {
    const fields = await redis.hgetall(queues.keys.inQueue(queue.name, 0, id));
    return { ...fields, opts: '', timestamp: '', processedOn: '', finishedOn: '' };
  };
  await queue.pause();
  const ours = await Promise.all(
    Array.from({ length: 20 }, (_, n) => worker.submit('test.quick', n)),
  );
  await queue.resume();
  for (const job of ours) await worker.finished(job);
  await worker.stop();
  const theirs = await Promise.all(
    Array.from({ length: 20 }, (_, n) => worker.submit('test.quick', n)),
  );
  await runByBullmq(worker, theirs.length);

  for (const [n, job] of ours.entries()) {
    expect(await hashOf(job.id)).toEqual(await hashOf(theirs[n]?.id));
    expect(await redis.exists(queues.keys.inQueue(queue.name, 0, `${job.id}:lock`))).toBe(0);
  }
  expect(await queue.getJobCounts('completed', 'active', 'prioritized', 'wait')).toEqual({
    completed: 40,
    active: 0,
    prioritized: 0,
    wait: 0,
  });
  expect((await queue.getMetrics('completed')).meta.count).toBe(40);
});

test('a settle job is released as BullMQ would release it', async () => {
  await using worker = await startWorker([quick]);
  const { queue, redis, queues } = worker;
  const settleKey = (name: string) => queues.keys.inQueue(settleQueue, 0, name);
  const submit = async () => {
    const settle = { schedule: { schedule: 'test/hourly', run: '1' } };
    const { data, ...rest } = settledJob();
    const job = { ...rest, data: { ...data, settle }, name: 'test.quick', queue: queue.name };
    await addJobs(queues, [{ job }]);
    return settleJobOf(job, settle).id;
  };
  const releasedAs = async (settleId: string) => ({
    position: await redis.zscore(settleKey('prioritized'), settleId),
    blocked: await redis.zscore(settleKey('waiting-children'), settleId),
    open: await redis.smembers(settleKey(`${settleId}:dependencies`)),
    ends: Object.values(await redis.hgetall(settleKey(`${settleId}:processed`))),
    marker: await redis.zrange(settleKey('marker'), '0', '-1'),
  });
  const until = async (settleId: string) => {
    while ((await redis.zscore(settleKey('prioritized'), settleId)) === null) await nextTurn();
  };
  const ours = await submit();
  await until(ours);
  await worker.stop();
  const theirs = await submit();
  await runByBullmq(worker, 1);
  const one = await releasedAs(ours);
  const other = await releasedAs(theirs);
  expect(Number(other.position) - Number(one.position)).toBe(1);
  expect({ ...one, position: '' }).toEqual({ ...other, position: '' });
  expect(one).toMatchObject({ blocked: null, open: [], marker: ['0'] });
});

test('jobs with a dedupe key give it up, others at the same time or not', async () => {
  await using worker = await startWorker([quick]);
  const options = { dedupe: { key: 'once', mode: 'until-finished' as const } };
  await worker.queue.pause();
  const first = await worker.submit('test.quick', 1, options);
  const others = await Promise.all([2, 3, 4].map((n) => worker.submit('test.quick', n)));
  await worker.queue.resume();
  for (const job of [first, ...others])
    expect((await worker.finished(job)).returnvalue).toBeTruthy();
  const again = await worker.submit('test.quick', 5, options);
  expect(again.id).not.toBe(first.id);
  expect((await worker.finished(again)).returnvalue).toEqual({ echoed: 5 });
});

test('what was kept for long enough is removed', async () => {
  await using worker = await startWorker([quick]);
  const { queue, redis, queues } = worker;
  const old = await worker.finished(await worker.submit('test.quick', 'old'));
  const key = queues.keys.inQueue(queue.name, 0, 'completed');
  await redis.zadd(key, Date.now() - 61_000, old.id ?? '');
  // One finds it, and the next removes it.
  await worker.finished(await worker.submit('test.quick', 1));
  await worker.finished(await worker.submit('test.quick', 2));
  expect(await queue.getJob(old.id ?? '')).toBeUndefined();
});

test('a job whose lock was lost is left to its new worker, its neighbours are completed', async () => {
  const begun = new Set<string>();
  const allBegun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const together = anyJob('test.together', async ({ id }) => {
    begun.add(id);
    if (begun.size === 4) allBegun.resolve();
    await go.promise;
    return {};
  });
  await using worker = await startWorker([together]);
  const { queue, redis, queues } = worker;
  const jobs = await Promise.all([1, 2, 3, 4].map((n) => worker.submit('test.together', n)));
  await allBegun.promise;
  const lock = queues.keys.inQueue(queue.name, 0, `${jobs[1]?.id}:lock`);
  await redis.set(lock, 'another', 'PX', 60_000);
  go.resolve();
  for (const [n, job] of jobs.entries()) if (n !== 1) await worker.finished(job);
  expect(await redis.get(lock)).toBe('another');
  expect(await queue.getJobCounts('completed', 'active')).toEqual({ completed: 3, active: 1 });
});

test('more jobs than one command takes, and fewer than there are slots', async () => {
  await using worker = await startWorker([quick]);
  await worker.queue.pause();
  const jobs = await Promise.all(
    Array.from({ length: 137 }, (_, n) => worker.submit('test.quick', n)),
  );
  await worker.queue.resume();
  for (const [n, job] of jobs.entries()) {
    expect((await worker.finished(job)).returnvalue).toEqual({ echoed: n });
  }
  expect(await worker.queue.getJobCounts('completed', 'active', 'prioritized')).toEqual({
    completed: 137,
    active: 0,
    prioritized: 0,
  });
});
