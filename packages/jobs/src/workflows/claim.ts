import type { QueueSet } from '@drover/shared/queues/queue-set';
import {
  type Admission,
  type IdempotencyRecord,
  idempotencyTtlMs,
  readAdmission,
} from '../adding/idempotency.ts';

/** What a key means to a workflow's submission. */
export type WorkflowAdmission = Admission & {
  /** Whether the workflow that it stands for was stored; who died before was to store it. */
  isStored: boolean;
};

const storedMark = '+';

/**
 * Notes with the key that the workflow is stored; written to the transaction that does so. It is not
 * while Redis has forgotten a script that adds its jobs. Keys: the record, then the jobs.
 */
export const markStored = `
    for n = 2, #KEYS do
      if redis.call('EXISTS', KEYS[n]) == 0 then return false end
    end
    local known = redis.call('GET', KEYS[1])
    if known and not string.find(known, ' %${storedMark}$') then
      redis.call('SET', KEYS[1], known .. ' ${storedMark}', 'KEEPTTL')
    end
    return true
`;

/**
 * Records that an idempotency key stands for a workflow, before the workflow is stored: who dies in
 * between is followed by one who stores it under the id that was recorded, and all ids of it with it.
 * @returns what the key meant before.
 */
export const claimWorkflowKey = async (
  { redis, keys }: Pick<QueueSet, 'redis' | 'keys'>,
  record: IdempotencyRecord,
  id: string,
): Promise<WorkflowAdmission> => {
  const key = keys.idempotency(record.partition, record.digest);
  const replies = await redis
    .multi()
    .get(key)
    .set(key, `${record.fingerprint} ${id}`, 'PX', idempotencyTtlMs, 'NX')
    .exec();
  for (const [err] of replies ?? []) if (err) throw err;
  const known = replies?.[0]?.[1] as string | null;
  return { ...readAdmission(known, record), isStored: known?.endsWith(` ${storedMark}`) === true };
};
