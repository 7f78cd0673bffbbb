import type { Added, Addition } from '@drover/jobs/adding/addition';
import type { Catalog } from '@drover/jobs/catalog';
import type { JobResource } from '@drover/jobs/contract/job-resource';
import { type QueuedJob, toQueuedJob, type ValidSubmission } from '@drover/jobs/record/queued-job';
import { Problem } from '@drover/shared/http/problem';
import type { Throttle } from '../throttling/throttle.ts';
import { idempotencyRecord } from './idempotency-key.ts';
import { toNewResource } from './resource.ts';
import type { JobStore } from './store.ts';

/** What taking a job in needs. */
export interface IntakeParts {
  catalog: Catalog;
  store: JobStore;
  throttle: Throttle;
  /** How many partitions new jobs are spread over. */
  partitions: number;
}

/** An idempotency key as one submission means it. */
export interface ScopedKey {
  key: string;
  /** The route, and the item of a batch. */
  scope: string;
  fingerprint: string;
}

/** A job that stands for a submission, and why where it is not a new one. */
export interface Accepted {
  resource: JobResource;
  repeats?: 'deduplicated' | 'replayed';
}

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

export const idempotencyConflict = () =>
  new Problem(
    'idempotency-conflict',
    'This Idempotency-Key was used with another body. Use a new key for a new request.',
  );

const gone = (id: string) =>
  new Problem('job-gone', `This submission made the job ${id} before, whose time here is over.`);

const earlier = async (store: JobStore, id: string, tenant: string): Promise<JobResource> => {
  const found = await store.find(id, tenant);
  if (found) return found.resource;
  throw gone(id);
};

/**
 * The job that an addition came to.
 * @throws Problem `idempotency-conflict` or `job-gone`; the Redis error of an addition that failed.
 */
export const toAccepted = async (
  store: JobStore,
  job: QueuedJob,
  added: Added,
): Promise<Accepted> => {
  switch (added.outcome) {
    case 'added':
      return { resource: toNewResource(job) };
    case 'conflict':
      throw idempotencyConflict();
    case 'failed':
      throw added.error;
    default: {
      const resource = await earlier(store, added.id, job.data.tenant);
      return { resource, repeats: added.outcome };
    }
  }
};
