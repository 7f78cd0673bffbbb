import { parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { queueNames } from '../definition/queues.ts';
import { jobEnvelope } from './envelope.ts';

/**
 * A tenant's job, wherever it lives.
 * @returns undefined when the id is none of ours, the job is gone, or it is another tenant's.
 */
export const findJob = async (queues: QueueSet, id: string, tenant: string) => {
  const address = parseJobId(id);
  // Ids come from clients: a queue that is not registered is never opened.
  if (!address || !(queueNames as readonly string[]).includes(address.queue)) return undefined;
  const found = await queues.read(address);
  const owner = jobEnvelope.safeParse(found?.job.data).data?.tenant;
  return found && owner === tenant ? { address, ...found } : undefined;
};
