import { type FoundLetter, findLetter } from '@drover/jobs/dead-letters/find';
import type { Tenant } from '@drover/jobs/dead-letters/place';
import { Problem } from '@drover/shared/http/problem';
import type { QueueSet } from '@drover/shared/queues/queue-set';

/** The same for unknown, malformed and other tenants' ids: they tell nothing apart. */
export const deadLetterNotFound = (id: string): Problem =>
  new Problem('dead-letter-not-found', `There is no dead letter "${id.slice(0, 100)}".`);

export const jobNotDead = (id: string): Problem =>
  new Problem('job-not-dead', `The job ${id} has not failed for good, or was redriven already.`);

/** @throws Problem `dead-letter-not-found` or, when there is such a job, `job-not-dead`. */
export const requireDead = async (
  queues: QueueSet,
  id: string,
  tenant: Tenant,
): Promise<FoundLetter> => {
  const found = await findLetter(queues, id, tenant);
  if (!found) throw deadLetterNotFound(id);
  if (!found.isDead) throw jobNotDead(id);
  return found;
};
