import type { StoredJob } from '@drover/shared/queues/stored-job';
import { decodeFailure } from './failure.ts';

/**
 * Attempts that are over, and how many there may be. BullMQ counts its burial of a lost job, and the
 * end of a withdrawn one, as attempts; none was made.
 */
export const attemptsOf = (job: StoredJob): { made: number; max: number } => {
  const max = job.opts.attempts ?? 1;
  if (job.place !== 'failed') return { made: job.attemptsMade, max };
  const latest = decodeFailure(job.latestTrace);
  if (latest?.withdrawn) return { made: latest.attempt, max };
  return { made: job.attemptsMade - (wasBuried(job) ? 1 : 0), max };
};

/** Whether the job failed because its workers were lost: then it has no failure of its own to show. */
export const wasBuried = (job: StoredJob): boolean =>
  job.place === 'failed' && (job.deferredFailure || decodeFailure(job.latestTrace) === undefined);
