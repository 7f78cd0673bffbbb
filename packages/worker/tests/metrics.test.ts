import { createCatalog } from '@drover/jobs/catalog';
import { PermanentError } from '@drover/jobs/definition/errors';
import { silentLog } from '@drover/shared/log';
import { createMetrics } from '@drover/shared/metrics/metrics';
import { expect, test } from 'vitest';
import { readSamples, sumOf } from '../../../tests/metrics/samples.ts';
import { createJobMetrics } from '../src/metrics/job-metrics.ts';
import { anyJob, startWorker } from './running-worker.ts';

const types = [
  anyJob('test.good', async () => 'good'),
  anyJob('test.bad', async () => {
    throw new Error('bad');
  }),
  anyJob('test.hopeless', async () => {
    throw new PermanentError('hopeless', { code: 'hopeless' });
  }),
];

const startMeasured = async () => {
  const metrics = createMetrics({ role: 'worker', log: silentLog() });
  const catalog = createCatalog({ production: false, types });
  const worker = await startWorker(types, { metrics: createJobMetrics(metrics, catalog) });
  const read = async () => {
    const samples = readSamples(await metrics.text());
    return (name: string, labels: Record<string, string>) => sumOf(samples, name, labels);
  };
  return { worker, read };
};

test('jobs are counted by type and outcome: attempts, retries and ends', async () => {
  const { worker, read } = await startMeasured();
  await using _ = worker;
  for (const type of ['test.good', 'test.bad', 'test.hopeless']) {
    await worker.finished(await worker.submit(type, {}));
  }
  // Counted when Redis has it; the worker hears of that a moment after those who follow the job.
  await expect.poll(async () => (await read())('drover_jobs_ended_total', {})).toBe(3);
  const value = await read();
  const attempts = (type: string, outcome: string) =>
    value('drover_job_attempts_total', { type, queue: 'demo', outcome });
  expect(attempts('test.good', 'succeeded')).toBe(1);
  expect(attempts('test.bad', 'failed')).toBe(2);
  expect(attempts('test.hopeless', 'failed')).toBe(1);
  const ended = (type: string, outcome: string) =>
    value('drover_jobs_ended_total', { type, queue: 'demo', outcome });
  expect(ended('test.good', 'succeeded')).toBe(1);
  expect(ended('test.bad', 'failed')).toBe(1);
  expect(ended('test.hopeless', 'failed')).toBe(1);
  expect(value('drover_job_retries_total', { type: 'test.bad' })).toBe(1);
  expect(value('drover_job_retries_total', { type: 'test.hopeless' })).toBeUndefined();
});

test('waits and runs are timed; the wait that was asked for is none', async () => {
  const { worker, read } = await startMeasured();
  await using _ = worker;
  const submittedAt = Date.now();
  await worker.finished(await worker.submit('test.good', {}, { delay: 400 }));
  const tookMs = Date.now() - submittedAt;
  await worker.finished(await worker.submit('test.bad', {}));
  const value = await read();
  expect(value('drover_job_wait_seconds_count', { type: 'test.good' })).toBe(1);
  const waited = value('drover_job_wait_seconds_sum', { type: 'test.good' });
  expect(waited).toBeLessThanOrEqual((tookMs - 400) / 1_000);
  // Of the two attempts, the second has waited for its turn on purpose.
  expect(value('drover_job_wait_seconds_count', { type: 'test.bad' })).toBe(1);
  expect(value('drover_job_run_seconds_count', { type: 'test.bad' })).toBe(2);
});

test('a job that was canceled or has expired did not fail', async () => {
  const { worker, read } = await startMeasured();
  await using _ = worker;
  await worker.finished(await worker.submit('test.good', {}, { delay: 50, expiresIn: 1 }));
  await expect.poll(async () => (await read())('drover_jobs_ended_total', {})).toBe(1);
  const value = await read();
  expect(value('drover_jobs_ended_total', { type: 'test.good', outcome: 'expired' })).toBe(1);
  expect(value('drover_job_run_seconds_count', {})).toBeUndefined();
});

test('types that nobody defined are one label', async () => {
  const { worker, read } = await startMeasured();
  await using _ = worker;
  for (const type of ['test.stranger-a', 'test.stranger-b']) {
    await worker.finished(await worker.submit(type, {}));
  }
  await expect.poll(async () => (await read())('drover_jobs_ended_total', {})).toBe(2);
  const value = await read();
  expect(value('drover_jobs_ended_total', { type: 'unknown', outcome: 'failed' })).toBe(2);
});
