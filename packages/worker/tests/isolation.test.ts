import { setTimeout as sleep } from 'node:timers/promises';
import { decodeFailure } from '@drover/jobs/record/failure';
import { withdraw } from '@drover/jobs/transitions/withdraw';
import type { Job } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { jobTypes } from './hostile/isolated-jobs.ts';
import { type RunningWorker, startWorker } from './running-worker.ts';

const module = new URL('./hostile/isolated-jobs.ts', import.meta.url).href;

// What dying children write there is meant to be seen, but not here, where they die as they should.
beforeAll(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterAll(() => {
  vi.restoreAllMocks();
});

const start = (options: Parameters<typeof startWorker>[1] = {}) =>
  startWorker(jobTypes, { module, ...options });

const failureOf = async (worker: RunningWorker, type: string) => {
  const job = await worker.finished(await worker.submit(type, {}));
  return decodeFailure(job.stacktrace?.at(-1) ?? '');
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** The process of a job that says in its log where it runs. */
const pidOf = async (worker: RunningWorker, id: string | undefined): Promise<number> => {
  for (;;) {
    const { logs } = await worker.queue.getJobLogs(id ?? '');
    const pid = /"pid":(\d+)/.exec(logs.join())?.[1];
    if (pid) return Number(pid);
    await sleep(10);
  }
};

const run = async (worker: RunningWorker, type: string, payload: unknown = {}) =>
  (await worker.finished(await worker.submit(type, payload))).returnvalue;

test('a handler runs in a process of its own, which the next job uses again', async () => {
  await using worker = await start();
  const first = await run(worker, 'isolated.pid');
  expect(first).not.toBe(process.pid);
  expect(await run(worker, 'isolated.pid')).toBe(first);
});

test('a handler that fails in good order leaves its process to the next job', async () => {
  await using worker = await start();
  const pid = await run(worker, 'isolated.pid');
  await run(worker, 'isolated.refuse');
  expect(await run(worker, 'isolated.pid')).toBe(pid);
});

test('payload and result are held to their schemas, defaults filled in', async () => {
  await using worker = await start();
  expect(await run(worker, 'isolated.strict')).toEqual({ doubled: 40, unit: 'apples' });
});

test('all that a handler works with is there', async () => {
  await using worker = await start();
  const job = await worker.finished(await worker.submit('isolated.tools', {}));
  const id = job.id ?? '';
  expect(job.returnvalue).toMatchObject({
    facts: { id, key: id, tenant: 'test', attempt: 1 },
    file: { job: id, name: 'file.txt', size: 7, url: `/jobs/${id}/artifacts/file.txt` },
    refused: 'unknown-job-type',
  });
  expect(job.progress).toEqual({ fraction: 0.75 });
  const { logs } = await worker.queue.getJobLogs(id);
  expect(logs).toEqual([expect.stringContaining('info hello\t{"from":"the child"}')]);
  expect(await worker.artifacts.find({ job: id, name: 'file.txt' })).toMatchObject({ size: 7 });
  const { child, again } = job.returnvalue as Record<string, { id: string }>;
  expect(again).toEqual(child);
  expect((await worker.queue.getJob(child?.id ?? ''))?.data.tenant).toBe('test');
});

describe('a handler that ends badly', () => {
  let worker: RunningWorker;
  let bystander: Job;
  let bystanderPid: number;
  beforeAll(async () => {
    worker = await start();
    bystander = await worker.submit('isolated.hold', {});
    bystanderPid = await pidOf(worker, bystander.id);
  });
  afterAll(() => worker[Symbol.asyncDispose]());

  test.each([
    ['isolated.refuse', 'test-refused', false],
    ['isolated.cyclic', 'invalid-result', false],
    ['isolated.huge', 'result-too-large', false],
    ['isolated.exit', 'process-exited', true],
    ['isolated.segfault', 'process-crashed', true],
    ['isolated.fill-heap', 'out-of-memory', true],
    ['isolated.stray-rejection', 'uncaught-error', true],
    ['isolated.stray-exception', 'uncaught-error', true],
    ['isolated.spin-briefly', 'timeout', true],
    ['isolated.obey', 'timeout', true],
  ])('%s fails with %s, and no other job is harmed', async (type, code, retryable) => {
    expect(await failureOf(worker, type)).toMatchObject({ code, retryable, attempt: 1 });
    expect(isAlive(bystanderPid)).toBe(true);
    expect(await bystander.getState()).toBe('active');
    expect(await run(worker, 'isolated.pid')).toEqual(expect.any(Number));
  });
});

test('a handler that asks to be called later is', async () => {
  await using worker = await start();
  const job = await worker.submit('isolated.patient', {});
  await worker.when('delayed', job);
  expect((await worker.queue.getJob(job.id ?? ''))?.attemptsMade).toBe(0);
});

test('what a handler leaves behind harms no later job of its process', async () => {
  await using worker = await start();
  const pid = await run(worker, 'isolated.late-rejection');
  const next = await worker.submit('isolated.hold', {});
  expect(await pidOf(worker, next.id)).toBe(pid);
  expect(await next.getState()).toBe('active');
});

test('a timeout ends the process of an endless loop', async () => {
  await using worker = await start();
  const job = await worker.submit('isolated.spin-briefly', {});
  const pid = await pidOf(worker, job.id);
  await worker.finished(job);
  expect(isAlive(pid)).toBe(false);
});

test('canceling ends the process of an endless loop', async () => {
  await using worker = await start();
  const job = await worker.submit('isolated.spin', {});
  const pid = await pidOf(worker, job.id);
  const address = { id: job.id ?? '', queue: 'demo', partition: 0 };
  expect(await withdraw(worker.queues, address, 'canceled', 60_000)).toBe('running');
  const canceled = await worker.finished(job);
  expect(decodeFailure(canceled.stacktrace?.at(-1) ?? '')?.withdrawn).toBe('canceled');
  expect(isAlive(pid)).toBe(false);
});

test('canceling does not wait for a process that is being started', async () => {
  const neverLoaded = new URL('./hostile/never-loaded.ts', import.meta.url).href;
  await using worker = await start({ module: neverLoaded });
  const begun = Promise.withResolvers<void>();
  const { take } = worker.isolation;
  worker.isolation.take = () => {
    begun.resolve();
    return take();
  };
  const job = await worker.submit('isolated.spin', {});
  await begun.promise;
  const address = { id: job.id ?? '', queue: 'demo', partition: 0 };
  expect(await withdraw(worker.queues, address, 'canceled', 60_000)).toBe('running');
  const canceled = await worker.finished(job);
  expect(decodeFailure(canceled.stacktrace?.at(-1) ?? '')?.withdrawn).toBe('canceled');
});

test('a stop hands an endless loop back and ends its process', async () => {
  await using worker = await start({ graceMs: 50 });
  const job = await worker.submit('isolated.spin', {});
  const pid = await pidOf(worker, job.id);
  await worker.stop();
  expect(await job.getState()).toBe('prioritized');
  expect(isAlive(pid)).toBe(false);
});

test('a process that has nothing to do ends', async () => {
  await using worker = await start({ idleMs: 50 });
  const pid = await run(worker, 'isolated.pid');
  await expect.poll(() => isAlive(Number(pid))).toBe(false);
  expect(await run(worker, 'isolated.pid')).not.toBe(pid);
});

test('job types that cannot be loaded fail the attempt', async () => {
  await using worker = await start({ module: 'file:///nowhere.ts' });
  expect(await failureOf(worker, 'isolated.pid')).toMatchObject({ code: 'isolation-failed' });
});

test('a process that the system cannot make fails the attempt, and nothing else', async () => {
  await using worker = await start();
  const { execPath } = process;
  process.execPath = '/nowhere';
  try {
    expect(await failureOf(worker, 'isolated.pid')).toMatchObject({ code: 'isolation-failed' });
  } finally {
    process.execPath = execPath;
  }
  expect(await run(worker, 'isolated.pid')).toEqual(expect.any(Number));
});
