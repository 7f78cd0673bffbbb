import type { StoredJob } from '@drover/shared/queues/stored-job';
import type { JobResource } from '../contract/job-resource.ts';
import { attemptsOf, wasBuried } from './attempts.ts';
import { decodeFailure, workerLostCode } from './failure.ts';

type JobError = NonNullable<JobResource['error']>;

/** How a job was buried: no attempt of its own failed. */
const burialOf = (made: number): JobError => ({
  code: workerLostCode,
  message: 'The workers that ran this job died under it too often.',
  attempt: made,
  retryable: false,
});

/** How the latest attempt of a job failed; null when none has, or when the job succeeded after all. */
export const errorOf = (job: StoredJob): JobError | null => {
  if (wasBuried(job)) return burialOf(attemptsOf(job).made);
  if (job.place === 'completed' || job.latestTrace === '') return null;
  const latest = decodeFailure(job.latestTrace);
  if (!latest) return null;
  const { code, message, attempt, retryable } = latest;
  return { code, message, attempt, retryable };
};
