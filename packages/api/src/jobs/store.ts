import { findJob } from '@drover/jobs/record/find-job';
import type { QueuedJob } from '@drover/jobs/record/queued-job';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { type JobResource, toResource } from './resource.ts';

/** The jobs in Redis, as the API meets them. Its errors are Redis errors. */
export interface JobStore {
  /** Resolves when Redis holds the job. */
  add(job: QueuedJob): Promise<JobResource>;
  /** @returns undefined when there is no such job, or it is another tenant's. */
  find(id: string, tenant: string): Promise<JobResource | undefined>;
}

export const createJobStore = (queues: QueueSet): JobStore => ({
  add: async ({ queue, partition, name, data, opts }) => {
    const job = await queues.get(queue, partition).add(name, data, opts);
    return toResource({ id: opts.jobId, queue, partition }, job, 'waiting');
  },

  find: async (id, tenant) => {
    const found = await findJob(queues, id, tenant);
    return found && toResource(found.address, found.job, found.place);
  },
});
