import type { Catalog } from '@drover/jobs/catalog';
import { decodeFailure } from '@drover/jobs/record/failure';
import type { Metrics } from '@drover/shared/metrics/metrics';
import type { Job } from 'bullmq';
import type { Attempt } from '../execution/attempt.ts';
import type { Ending } from '../execution/ending.ts';
import { workerMetrics } from './definitions.ts';
import { waitMsOf } from './wait.ts';

/** Hears what becomes of jobs, to count it. */
export interface JobMetrics {
  /** An attempt begins. */
  begun(attempt: Attempt): void;
  /** An attempt is over. */
  over(attempt: Attempt, ending: Ending): void;
  /** BullMQ has stored the outcome of an attempt. */
  finished(outcome: 'completed' | 'failed', job: Job): void;
  /** A job was found whose worker is gone. */
  lost(queue: string): void;
}

/** How a job has ended that BullMQ takes for failed: it may have been ended on purpose. */
const outcomeOf = ({ stacktrace }: Job): string => {
  const latest = stacktrace?.at(-1);
  return (latest !== undefined && decodeFailure(latest)?.withdrawn) || 'failed';
};

/** @param catalog names the types that become labels: whoever reaches Redis can name jobs as they like. */
export const createJobMetrics = (metrics: Metrics, catalog: Pick<Catalog, 'get'>): JobMetrics => {
  const attempts = metrics.counter(workerMetrics.attempts);
  const ended = metrics.counter(workerMetrics.ended);
  const retries = metrics.counter(workerMetrics.retries);
  const wait = metrics.histogram(workerMetrics.wait);
  const run = metrics.histogram(workerMetrics.run);
  const lost = metrics.counter(workerMetrics.lost);

  const labelsOf = (job: Pick<Job, 'name'>, queue: string) => ({
    type: catalog.get(job.name) ? job.name : 'unknown',
    queue,
  });

  return {
    begun: (attempt) => {
      const ms = waitMsOf(attempt);
      if (ms !== undefined) wait.observe(labelsOf(attempt.job, attempt.address.queue), ms / 1_000);
    },
    over: ({ job, address, startedAt }, { outcome }) => {
      const labels = labelsOf(job, address.queue);
      attempts.inc({ ...labels, outcome });
      if (outcome !== 'succeeded' && outcome !== 'failed') return;
      run.observe(labels, (Date.now() - startedAt) / 1_000);
    },
    finished: (outcome, job) => {
      const labels = labelsOf(job, job.queueName);
      if (outcome === 'completed') ended.inc({ ...labels, outcome: 'succeeded' });
      else if (job.finishedOn === undefined) retries.inc(labels);
      else ended.inc({ ...labels, outcome: outcomeOf(job) });
    },
    lost: (queue) => lost.inc({ queue }),
  };
};
