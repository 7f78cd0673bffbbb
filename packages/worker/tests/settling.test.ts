import { addJobs } from '@drover/jobs/adding/add-jobs';
import { settleQueue } from '@drover/jobs/settling/settle-job';
import { retryJob } from '@drover/jobs/transitions/retry';
import { withdraw } from '@drover/jobs/transitions/withdraw';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createQueueSet, type QueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { settleWorker } from '../src/settling/settle-worker.ts';
import type { EndedJob, Settler, Settlers } from '../src/settling/settlers.ts';
import { settledJob } from './settle-data.ts';

const log = silentLog();
let queues: QueueSet;

beforeEach(() => {
  const redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
  queues = createQueueSet({ redis, keys: createKeys(randomPrefix()), log });
});
afterEach(async () => {
  await queues.stop(deadlineIn(1_000));
  await redisComponent(queues.redis).stop(deadlineIn(1_000));
});

const counts = () => queues.get(settleQueue, 0).getJobCounts();

/** A settle worker whose settler is the test's own. */
const startSettling = async (settler: Settler<unknown>) => {
  // The jobs of these tests have no tasks of other kinds.
  const settlers = { step: settler } as unknown as Settlers;
  const worker = settleWorker({ partition: 0, queues, settlers, worker: 'test', log });
  await worker.start();
  return { [Symbol.asyncDispose]: () => worker.stop(deadlineIn(5_000)) };
};

const idempotency = (digest: string) => ({ digest, fingerprint: 'f', partition: 0 });

test('a job without tasks has no settle job', async () => {
  const { data, ...job } = settledJob();
  const { settle: _none, ...plain } = data;
  await addJobs(queues, [{ job: { ...job, data: plain } }]);
  expect(await queues.redis.keys(`${queues.keys.partition(0)}:settle*`)).toEqual([]);
});

test.each(['alone', 'with a key', 'together'])(
  'a job that is added %s has a settle job that waits for it',
  async (how) => {
    const job = settledJob();
    const key = how === 'alone' ? {} : { idempotency: idempotency(job.id) };
    const more = how === 'together' ? [{ job: settledJob(), idempotency: idempotency('x') }] : [];
    await addJobs(queues, [{ job, ...key }, ...more]);
    expect(await counts()).toMatchObject({ 'waiting-children': 1 + more.length, prioritized: 0 });
    await withdraw(queues, job, 'canceled', 60_000);
    expect(await counts()).toMatchObject({ 'waiting-children': more.length, prioritized: 1 });
  },
);

test('a submission that is replayed or deduplicated leaves no settle job behind', async () => {
  const first = { job: settledJob(), idempotency: idempotency('a') };
  const [added] = await addJobs(queues, [first]);
  const [replayed] = await addJobs(queues, [{ ...first, job: settledJob() }]);
  expect([added?.outcome, replayed?.outcome]).toEqual(['added', 'replayed']);

  const deduplication = { id: 'same' };
  await addJobs(queues, [{ job: settledJob({ deduplication }) }]);
  const [other] = await addJobs(queues, [{ job: settledJob({ deduplication }) }]);
  expect(other?.outcome).toBe('deduplicated');
  expect(await counts()).toMatchObject({ 'waiting-children': 2, prioritized: 0 });
});

test('the settler is told of the job, and what it throws is tried again', async () => {
  const told: EndedJob[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  await using _worker = await startSettling(async (_task, ended) => {
    told.push(ended);
    if (told.length < 3) throw new Error('not yet');
    resolve();
  });
  const job = settledJob();
  await addJobs(queues, [{ job }]);
  await withdraw(queues, job, 'canceled', 60_000);
  await promise;
  expect(told.map(({ address, round }) => [address.id, round])).toEqual(Array(3).fill([job.id, 0]));
  expect(await told[0]?.read()).toMatchObject({ place: 'failed' });
});

test('a job that runs again has another settle job, of another round', async () => {
  const rounds: number[] = [];
  let tellNext = Promise.withResolvers<void>();
  await using _worker = await startSettling(async (_task, { round }) => {
    rounds.push(round);
    tellNext.resolve();
  });
  const job = settledJob();
  await addJobs(queues, [{ job }]);
  await withdraw(queues, job, 'canceled', 60_000);
  await tellNext.promise;

  tellNext = Promise.withResolvers();
  const stored = await queues.read(job);
  expect(stored && (await retryJob(queues, job, stored))).toBe(true);
  await withdraw(queues, job, 'canceled', 60_000);
  await tellNext.promise;
  expect(rounds).toEqual([0, stored?.finishedOn]);
});

test('a job that is removed past Drover is settled, too', async () => {
  const { promise, resolve } = Promise.withResolvers<EndedJob>();
  await using _worker = await startSettling(async (_task, ended) => resolve(ended));
  const job = settledJob();
  await addJobs(queues, [{ job }]);
  await queues.get('demo', 0).remove(job.id);
  expect(await (await promise).read()).toBeUndefined();
});

test('settle jobs that are done leave nothing behind', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const worker = await startSettling(async () => resolve());
  const job = settledJob();
  await addJobs(queues, [{ job }]);
  await withdraw(queues, job, 'canceled', 60_000);
  await promise;
  await worker[Symbol.asyncDispose]();
  const left = await queues.redis.keys(`${queues.keys.partition(0)}:settle:*.*`);
  expect(left).toEqual([]);
});
