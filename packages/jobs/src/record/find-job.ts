import { parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import { queueNames } from '../definition/queues.ts';

/** Whose job it is; undefined for one that was not submitted through Drover. */
const ownerOf = ({ data }: StoredJob): unknown =>
  typeof data === 'object' && data !== null && 'tenant' in data ? data.tenant : undefined;

/**
 * A tenant's job, wherever it lives.
 * @returns undefined when the id is none of ours, the job is gone, or it is another tenant's.
 */
export const findJob = async (queues: QueueSet, id: string, tenant: string) => {
  const address = parseJobId(id);
  // Ids come from clients: a queue that is not registered is never opened.
  if (!address || !(queueNames as readonly string[]).includes(address.queue)) return undefined;
  const job = await queues.read(address);
  return job && ownerOf(job) === tenant ? { address, job } : undefined;
};
