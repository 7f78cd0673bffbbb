import { queueNames } from '@drover/jobs/definition/queues';
import { jobEnvelope } from '@drover/jobs/record/envelope';
import type { QueuedJob } from '@drover/jobs/record/queued-job';
import { parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Job, Queue } from 'bullmq';
import { type BullState, type JobResource, toResource } from './resource.ts';

/** The jobs in Redis, as the API meets them. Its errors are Redis errors. */
export interface JobStore {
  /** Resolves when Redis holds the job. */
  add(job: QueuedJob): Promise<JobResource>;
  /** @returns undefined when there is no such job, or it is another tenant's. */
  find(id: string, tenant: string): Promise<JobResource | undefined>;
}

const isTerminal = (state: BullState) => state === 'completed' || state === 'failed';

/**
 * A job and its state as they were at one moment. They are two reads, between which the job may
 * finish or be retried; then one says that it has finished and the other does not, and both are
 * read again.
 */
const readTogether = async (
  queue: Queue,
  id: string,
): Promise<{ job: Job | undefined; state: BullState }> => {
  for (;;) {
    const [state, job] = await Promise.all([queue.getJobState(id), queue.getJob(id)]);
    if (!job || Boolean(job.finishedOn) === isTerminal(state)) return { job, state };
  }
};

export const createJobStore = (queues: QueueSet): JobStore => ({
  add: async ({ queue, partition, name, data, opts }) => {
    const job = await queues.get(queue, partition).add(name, data, opts);
    return toResource({ id: opts.jobId, queue, partition }, job, 'waiting');
  },

  find: async (id, tenant) => {
    const address = parseJobId(id);
    if (!address || !(queueNames as readonly string[]).includes(address.queue)) return undefined;
    const { job, state } = await readTogether(queues.get(address.queue, address.partition), id);
    if (!job || jobEnvelope.safeParse(job.data).data?.tenant !== tenant) return undefined;
    return toResource(address, job, state);
  },
});
