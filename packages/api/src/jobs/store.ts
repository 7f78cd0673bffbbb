import { queueNames } from '@drover/jobs/definition/queues';
import { jobEnvelope } from '@drover/jobs/record/envelope';
import type { QueuedJob } from '@drover/jobs/record/queued-job';
import { parseJobId } from '@drover/shared/job-id';
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
    const address = parseJobId(id);
    if (!address || !(queueNames as readonly string[]).includes(address.queue)) return undefined;
    const queue = queues.get(address.queue, address.partition);
    // One connection, in this order: the job is read after its state and so is never the older one.
    const [state, job] = await Promise.all([queue.getJobState(id), queue.getJob(id)]);
    if (!job || jobEnvelope.safeParse(job.data).data?.tenant !== tenant) return undefined;
    return toResource(address, job, state);
  },
});
