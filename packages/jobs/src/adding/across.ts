import { toError } from '@drover/shared/errors';
import { parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { isCluster } from '@drover/shared/redis/client';
import type { QueuedJob } from '../record/queued-job.ts';
import { type Added, failed, toAdded } from './addition.ts';
import { claimForJob, readAdmission, repoint } from './idempotency.ts';
import { addSettled, addTogether, type KeyedAddition } from './transaction.ts';

/** Whether a gate had put a placeholder in the way of the job; it is taken away. */
const wasShut = async (
  { redis, keys }: QueueSet,
  { id, queue, partition }: QueuedJob,
): Promise<boolean> => {
  const key = keys.inQueue(queue, partition, id);
  if ((await redis.hexists(key, 'placeholder')) === 0) return false;
  await redis.del(key);
  return true;
};

/**
 * Adds a job whose idempotency key lives in another partition, as with a dedupe key, which decides
 * where the job is: no transaction spans two slots of a cluster. The record comes first and names the
 * job; it is pending until the job is there. Who finds it pending adds the job by that id, which does
 * nothing if it is there already: a crash in between leaves neither two jobs nor none.
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
  if (id === own.id && (await wasShut(queues, own))) return failed(new Error('the gate was shut'));
  await repoint(queues, record, id);
  return isReplay ? { outcome: 'replayed', id } : toAdded(own, id);
};

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
  const across = additions.map((it) =>
    isAcross(it)
      ? addAcross(queues, it).catch((thrown: unknown) => failed(toError(thrown)))
      : undefined,
  );
  const together = (await sent).values();
  return Promise.all(across.map((added) => added ?? (together.next().value as Added)));
};
