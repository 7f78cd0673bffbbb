import { newJobId } from '@drover/shared/job-id';
import type { JobsOptions } from 'bullmq';
import type { JobType } from '../definition/define-job.ts';
import type { JobEnvelope } from './envelope.ts';

/** Name of the backoff strategy that the worker computes from the job type's retry policy. */
export const backoffStrategyName = 'policy';

/** A job as BullMQ takes it: `queue.add(name, data, opts)` on that queue in that partition. */
export interface QueuedJob {
  queue: string;
  partition: number;
  name: string;
  data: JobEnvelope;
  opts: JobsOptions & { jobId: string };
}

/**
 * Turns a valid payload into the job that goes to Redis.
 * @param partitions how many partitions new jobs are spread over; each gets an equal share by chance.
 */
export const toQueuedJob = (
  job: JobType,
  submission: { payload: unknown; tenant: string },
  partitions: number,
): QueuedJob => {
  const partition = Math.floor(Math.random() * partitions);
  return {
    queue: job.queue,
    partition,
    name: job.type,
    data: { tenant: submission.tenant, payload: submission.payload },
    opts: {
      jobId: newJobId(job.queue, partition),
      attempts: job.retry.attempts,
      backoff: { type: backoffStrategyName },
    },
  };
};
