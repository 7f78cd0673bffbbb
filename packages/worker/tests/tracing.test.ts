import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { type JobRun, jobRuns } from '../src/execution/tracing.ts';
import { anyJob, startWorker } from './running-worker.ts';

test('every attempt is published, from its beginning to its end', async () => {
  const told: string[] = [];
  const tell = (what: string) => (message: unknown) => {
    const { type, queue, tenant, attempt, result } = message as JobRun;
    if (!type.startsWith('traced.')) return;
    told.push([what, type, queue, tenant, attempt, result?.outcome].join(' '));
  };
  const [started, ended] = [tell('start'), tell('end')];
  jobRuns.start.subscribe(started);
  jobRuns.asyncEnd.subscribe(ended);
  const types = [
    anyJob('traced.good', async () => 'good'),
    anyJob('traced.bad', async () => {
      throw new Error('bad');
    }),
  ];
  await using worker = await startWorker(types, { concurrency: 1 });
  for (const { type } of types) await worker.finished(await worker.submit(type, {}));
  jobRuns.start.unsubscribe(started);
  jobRuns.asyncEnd.unsubscribe(ended);
  expect(told).toEqual([
    'start traced.good demo test 1 ',
    'end traced.good demo test 1 succeeded',
    'start traced.bad demo test 1 ',
    'end traced.bad demo test 1 failed',
    'start traced.bad demo test 2 ',
    'end traced.bad demo test 2 failed',
  ]);
});

test('a tracer gives the handler a context of its own', async () => {
  const span = new AsyncLocalStorage<string>();
  jobRuns.start.bindStore(span, ({ id }) => `span of ${id}`);
  await using worker = await startWorker([anyJob('traced.span', async () => span.getStore())]);
  const job = await worker.finished(await worker.submit('traced.span', {}));
  jobRuns.start.unbindStore(span);
  expect(job.returnvalue).toBe(`span of ${job.id}`);
});
