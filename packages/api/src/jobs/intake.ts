import type { Added } from '@drover/jobs/adding/addition';
import type { Catalog } from '@drover/jobs/catalog';
import type { JobResource } from '@drover/jobs/contract/job-resource';
import { toNewResource } from '@drover/jobs/record/job-resource';
import type { QueuedJob } from '@drover/jobs/record/queued-job';
import type { WebhookIntake } from '@drover/jobs/webhooks/attach';
import { Problem } from '@drover/shared/http/problem';
import type { Throttle } from '../throttling/throttle.ts';
import type { JobStore } from './store.ts';

/** What taking a job in needs. */
export interface IntakeParts {
  catalog: Catalog;
  store: JobStore;
  throttle: Throttle;
  /** How many partitions new jobs are spread over. */
  partitions: number;
  /** Who is told of the ends of jobs. */
  webhooks: WebhookIntake;
}

/** A job that stands for a submission, and why where it is not a new one. */
export interface Accepted {
  resource: JobResource;
  repeats?: 'deduplicated' | 'replayed';
}

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
