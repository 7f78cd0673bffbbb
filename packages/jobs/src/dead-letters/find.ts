import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import { queueNames } from '../definition/queues.ts';
import { groupIdOf } from './cause.ts';
import { entryOf, isDead, ownerOf } from './entry.ts';
import { prefixOf, type Tenant } from './place.ts';

/** A job, and whether it is a dead letter now. */
export interface FoundLetter {
  address: JobAddress;
  job: StoredJob;
  isDead: boolean;
}

/**
 * The job of a dead letter. It alone decides whether there is one: its entry may be late.
 * @returns undefined when the id is none of ours, the job is gone, or it is another tenant's.
 */
export const findLetter = async (
  queues: QueueSet,
  id: string,
  tenant: Tenant,
): Promise<FoundLetter | undefined> => {
  const address = parseJobId(id);
  // Ids come from clients: a queue that is not registered is never opened.
  if (!address || !(queueNames as readonly string[]).includes(address.queue)) return undefined;
  const job = await queues.read(address);
  if (!job || (tenant !== null && ownerOf(job) !== tenant)) return undefined;
  return { address, job, isDead: isDead(job) };
};

/** The group that a dead job is counted in; where it has no entry yet, the one that its cause has. */
export const groupOf = async (
  { redis, keys }: QueueSet,
  { address, job }: FoundLetter,
  tenant: Tenant,
): Promise<string> => {
  const index = await redis.hget(prefixOf(keys, address.partition) + address.id, 'index');
  const [, , own, common] = index?.split('\n') ?? [];
  return (tenant === null ? common : own) ?? groupIdOf(entryOf(address, job).cause);
};
