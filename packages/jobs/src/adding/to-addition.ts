import { toQueuedJob, type ValidSubmission } from '../record/queued-job.ts';
import type { Addition } from './addition.ts';
import { idempotencyRecord, type ScopedKey } from './idempotency-record.ts';

/** Makes of a valid submission what goes to Redis. */
export const toAddition = (
  submission: ValidSubmission,
  scoped: ScopedKey | undefined,
  partitions: number,
): Addition => {
  const idempotency =
    scoped && idempotencyRecord({ ...scoped, tenant: submission.tenant }, partitions);
  const job = toQueuedJob(submission, { partitions, stickTo: idempotency?.digest });
  return { job, ...(idempotency && { idempotency }) };
};
