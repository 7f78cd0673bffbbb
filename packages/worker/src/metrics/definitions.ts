import { defineMetric, jobBuckets } from '@drover/shared/metrics/define-metric';

const by = ['worker'] as const;

/** What a worker tells of the jobs that it runs. A type that is not in the catalog is `unknown`. */
export const workerMetrics = {
  attempts: defineMetric({
    name: 'drover_job_attempts_total',
    kind: 'counter',
    help: 'Attempts at jobs that are over, by outcome: `succeeded`, `failed`, `canceled`, `expired`, `postponed`, `handed-back` (the worker was stopped) or `lost` (another worker has the job).',
    labels: ['type', 'queue', 'outcome'],
    by,
  }),
  ended: defineMetric({
    name: 'drover_jobs_ended_total',
    kind: 'counter',
    help: 'Jobs that have ended, by outcome: `succeeded`, `failed` (now a dead letter), `canceled` or `expired`. Jobs that were canceled before a worker had them are not among them.',
    labels: ['type', 'queue', 'outcome'],
    by,
  }),
  retries: defineMetric({
    name: 'drover_job_retries_total',
    kind: 'counter',
    help: 'Attempts that failed and are followed by another.',
    labels: ['type', 'queue'],
    by,
  }),
  wait: defineMetric({
    name: 'drover_job_wait_seconds',
    kind: 'histogram',
    help: 'How long jobs have waited for a worker from when they were due, at their first attempt. Steps of workflows are left out, for they wait for one another as well.',
    labels: ['type', 'queue'],
    buckets: jobBuckets,
    by,
  }),
  run: defineMetric({
    name: 'drover_job_run_seconds',
    kind: 'histogram',
    help: 'How long attempts took that have succeeded or failed.',
    labels: ['type', 'queue'],
    buckets: jobBuckets,
    by,
  }),
  lost: defineMetric({
    name: 'drover_jobs_lost_total',
    kind: 'counter',
    help: 'Jobs whose worker has died or hung, and that were put back or buried; each is counted by the worker that found it.',
    labels: ['queue'],
    by,
  }),
  running: defineMetric({
    name: 'drover_worker_running_jobs',
    kind: 'gauge',
    help: 'Jobs that the process runs now.',
    labels: ['queue'],
    by,
  }),
  concurrency: defineMetric({
    name: 'drover_worker_concurrency',
    kind: 'gauge',
    help: 'Jobs that the process runs at once, at most.',
    labels: ['queue'],
    by,
  }),
};
