import { keptLogLines } from '@drover/jobs/record/log-lines';
import { expect, test } from 'vitest';
import { anyJob, startWorker } from './running-worker.ts';

const thrower = (): never => {
  throw new Error('no');
};

test('the last progress is kept, however often it is told', async () => {
  const run = async ({ progress }: { progress(fraction: number, note?: string): void }) => {
    for (let step = 1; step <= 10_000; step += 1) progress(step / 20_000, `step ${step}`);
  };
  await using worker = await startWorker([anyJob('test.busy', run)]);
  const job = await worker.finished(await worker.submit('test.busy', {}));
  expect(job.progress).toEqual({ fraction: 0.5, note: 'step 10000' });
  const events = await worker.redis.xrange(worker.queue.toKey('events'), '-', '+');
  const writes = events.filter(([, fields]) => fields.includes('progress')).length;
  expect(writes).toBeGreaterThan(0);
  expect(writes).toBeLessThan(100);
});

test('progress out of range or no number harms nothing', async () => {
  const run = async ({ progress }: { progress(fraction: number, note?: string): void }) => {
    progress(Number.NaN);
    progress(7);
    progress('half' as unknown as number);
  };
  await using worker = await startWorker([anyJob('test.odd', run)]);
  const job = await worker.finished(await worker.submit('test.odd', {}));
  expect(job.progress).toEqual({ fraction: 1 });
});

test('progress and lines that cannot be written harm nothing', async () => {
  const hostile = new Proxy({}, { get: () => thrower() }) as never;
  const odd = anyJob('test.odd', async ({ progress, log }) => {
    progress(0.25, 'fine');
    progress(1n as never);
    progress(hostile);
    progress(0.5, hostile);
    log.info(hostile, hostile);
    log.info('number', 7 as never);
    return 'done';
  });
  await using worker = await startWorker([odd]);
  const job = await worker.finished(await worker.submit('test.odd', {}));
  const unspeakable = 'a value that cannot be shown';
  expect(job).toMatchObject({
    returnvalue: 'done',
    progress: { fraction: 0.5, note: unspeakable },
  });
  const { logs } = await worker.queue.getJobLogs(job.id ?? '');
  expect(logs.map((line) => line.replace(/^\S+ /, ''))).toEqual([
    `info ${unspeakable}\t{"fields":"not serialisable"}`,
    'info number\t{}',
  ]);
});

test('log lines are kept in order, with level, fields and a limit', async () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const chatty = anyJob('test.chatty', async ({ log }) => {
    log.info('first', { rows: 3 });
    log.warn('second');
    log.debug('not kept');
    log.error('third', cyclic);
  });
  await using worker = await startWorker([chatty]);
  const job = await worker.finished(await worker.submit('test.chatty', {}));
  const { logs } = await worker.queue.getJobLogs(job.id ?? '');
  expect(logs.map((line) => line.replace(/^\S+ /, ''))).toEqual([
    'info first\t{"rows":3}',
    'warn second',
    'error third\t{"fields":"not serialisable"}',
  ]);
});

test('of too many lines the latest are kept', async () => {
  const endless = anyJob('test.endless', async ({ log }) => {
    for (let line = 1; line <= keptLogLines + 10; line += 1) log.info(`line ${line}`);
  });
  await using worker = await startWorker([endless]);
  const job = await worker.finished(await worker.submit('test.endless', {}));
  const { logs, count } = await worker.queue.getJobLogs(job.id ?? '');
  expect(count).toBe(keptLogLines);
  expect(logs.at(-1)).toMatch(new RegExp(`line ${keptLogLines + 10}$`));
});

test('a handler that logs without an end is not held up by it', async () => {
  const flood = anyJob('test.flood', async ({ log }) => {
    for (let line = 1; line <= 50_000; line += 1) log.info(`line ${line}`);
  });
  await using worker = await startWorker([flood]);
  const job = await worker.finished(await worker.submit('test.flood', {}));
  const { logs } = await worker.queue.getJobLogs(job.id ?? '');
  expect(logs.at(-1)).toMatch(/line 50000$/);
});
