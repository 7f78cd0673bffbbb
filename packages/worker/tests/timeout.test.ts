import { setTimeout as sleep } from 'node:timers/promises';
import { decodeFailure } from '@drover/jobs/record/failure';
import { expect, test } from 'vitest';
import { anyJob, startWorker } from './running-worker.ts';

async function* chunks(content: Buffer) {
  yield content;
}

const oneShort = { timeout: '50ms', retry: { attempts: 1 } } as const;

test('a handler that obeys its signal is told why, and the attempt fails as a timeout', async () => {
  const reasons: unknown[] = [];
  const run = async ({ signal }: { signal: AbortSignal }) => {
    signal.addEventListener('abort', () => reasons.push(signal.reason));
    await sleep(60_000, undefined, { signal });
  };
  await using worker = await startWorker([anyJob('test.slow', run, oneShort)]);
  const job = await worker.finished(await worker.submit('test.slow', {}));
  expect(decodeFailure(job.stacktrace?.[0] ?? '')).toMatchObject({
    code: 'timeout',
    message: 'did not finish within 50 ms',
    retryable: true,
  });
  expect(reasons).toEqual([expect.objectContaining({ code: 'timeout' })]);
});

test('a handler that ignores its signal fails all the same, and what it does later counts no more', async () => {
  const late = Promise.withResolvers<string>();
  await using worker = await startWorker([anyJob('test.deaf', () => late.promise, oneShort)]);
  const job = await worker.finished(await worker.submit('test.deaf', {}));
  expect(decodeFailure(job.stacktrace?.[0] ?? '')).toMatchObject({ code: 'timeout' });
  late.resolve('too late');
  expect((await worker.finished(job)).returnvalue).toBeNull();
});

test('a late rejection of a handler that timed out harms nobody', async () => {
  const late = Promise.withResolvers<never>();
  await using worker = await startWorker([
    anyJob('test.deaf', () => late.promise, oneShort),
    anyJob('test.next', async () => 'fine'),
  ]);
  await worker.finished(await worker.submit('test.deaf', {}));
  late.reject(new Error('nobody listens'));
  expect((await worker.finished(await worker.submit('test.next', {}))).returnvalue).toBe('fine');
});

test('a handler that outlives its attempt can no longer write into the job', async () => {
  const late = Promise.withResolvers<void>();
  const wrote = Promise.withResolvers<unknown[]>();
  const zombie = anyJob(
    'test.zombie',
    async ({ attempt, artifacts, progress, log }) => {
      if (attempt > 1) {
        progress(0.5);
        return (await artifacts.put('file.txt', Buffer.from('fresh'))).size;
      }
      await late.promise;
      progress(0.1, 'from the dead');
      log.info('from the dead');
      const stale = Buffer.from('stale!');
      const writes = [artifacts.put('file.txt', stale), artifacts.put('file.txt', chunks(stale))];
      wrote.resolve(await Promise.allSettled(writes));
      return undefined;
    },
    // Enough for the second attempt, beside whatever else runs.
    { timeout: '500ms' },
  );
  await using worker = await startWorker([zombie]);
  const job = await worker.finished(await worker.submit('test.zombie', {}));
  expect(job.returnvalue).toBe(5);
  late.resolve();
  expect(await wrote.promise).toEqual([
    expect.objectContaining({ status: 'rejected' }),
    expect.objectContaining({ status: 'rejected' }),
  ]);
  const now = await worker.queue.getJob(job.id ?? '');
  expect(now?.progress).toEqual({ fraction: 0.5 });
  expect((await worker.queue.getJobLogs(job.id ?? '')).logs).toEqual([]);
});
