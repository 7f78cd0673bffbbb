import { toError } from '@drover/shared/errors';
import { parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { isCluster } from '@drover/shared/redis/client';
import { type Added, failed, toAdded } from './addition.ts';
import { claimForJob, readAdmission, repoint } from './idempotency.ts';
import { addSettled, addTogether, type KeyedAddition } from './transaction.ts';

/**
 * Adds a job whose idempotency key lives in another partition, as with a dedupe key, which decides
 * where the job is: no transaction spans two slots of a cluster. The record comes first and names the
 * job; it is pending until the job is there. Who finds it pending adds the job by that id, which does
 * nothing if it is there already: a crash in between leaves neither two jobs nor none. Such a job has
 * passed its gate before.
 * @throws Redis errors; then the same key finds out.
 */
const addAcross = async (
  queues: QueueSet,
  { job, idempotency: record }: KeyedAddition,
): Promise<Added> => {
  const known = await claimForJob(queues, record, job.id);
  const admission = readAdmission(known, record);
  if (admission.is === 'conflict') return { outcome: 'conflict' };
  const isReplay = admission.is === 'replay';
  if (isReplay && !admission.isPending) return { outcome: 'replayed', id: admission.id };
  const own = isReplay
    ? { ...job, id: admission.id, partition: parseJobId(admission.id)?.partition ?? job.partition }
    : job;
  const id = await addSettled(queues, own);
  await repoint(queues, record, id);
  return isReplay ? { outcome: 'replayed', id } : toAdded(own, id);
};

/** The same; what fails is an outcome, too. */
const addSafely = (queues: QueueSet, addition: KeyedAddition): Promise<Added> =>
  addAcross(queues, addition).catch((thrown: unknown) => failed(toError(thrown)));

export const isPending = (added: Added): boolean =>
  added.outcome === 'replayed' && added.isPending === true;

/**
 * Adds those jobs whose keys stand for one that may not be there: that was on its way from another
 * partition, or when there were fewer of them.
 * @param added what became of each.
 */
export const addPending = (
  queues: QueueSet,
  additions: readonly KeyedAddition[],
  added: readonly Added[],
): Promise<readonly Added[]> =>
  Promise.all(
    additions.map((addition, n) => {
      const known = added[n] as Added;
      return isPending(known) ? addSafely(queues, addition) : known;
    }),
  );

/**
 * Adds jobs of one partition with their idempotency keys, in one transaction where it can be.
 * @throws Redis errors that concern all of them.
 */
export const addKeyed = async (
  queues: QueueSet,
  additions: readonly [KeyedAddition, ...KeyedAddition[]],
): Promise<readonly Added[]> => {
  const isAcross = ({ job, idempotency }: KeyedAddition) =>
    isCluster(queues.redis) && idempotency.partition !== job.partition;
  const [first, ...others] = additions.filter((it) => !isAcross(it));
  const sent = first ? addTogether(queues, [first, ...others]) : Promise.resolve([]);
  const across = additions.map((it) => (isAcross(it) ? addSafely(queues, it) : undefined));
  const together = (await sent).values();
  const added = await Promise.all(across.map((it) => it ?? (together.next().value as Added)));
  return added.some(isPending) ? addPending(queues, additions, added) : added;
};
