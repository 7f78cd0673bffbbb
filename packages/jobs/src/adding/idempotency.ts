import type { QueueSet } from '@drover/shared/queues/queue-set';

/** What an idempotency key stands for: the first submission under it decides. */
export interface IdempotencyRecord {
  /** Of tenant and key: names the record. */
  digest: string;
  /** Of the whole request body: another one under the same key is a conflict. */
  fingerprint: string;
  /** Where the record lives; it must not depend on the body. */
  partition: number;
}

/** How long an idempotency key is kept: 24 hours. */
export const idempotencyTtlMs = 86_400_000;

/**
 * Looks the key up and, where it is new, records it. Where it is known, an empty job is put in the
 * way of the add that follows in the same transaction, which then does nothing; a job whose id was
 * derived may stand there itself. Where a gate has put one there before, nothing is recorded.
 * Keys: record, job. Parameters: fingerprint, job id, ttl. Returns `<fingerprint> <id>` of a known key.
 */
export const admit = `
    if redis.call('HEXISTS', KEYS[2], 'placeholder') == 1 then return false end
    local known = redis.call('GET', KEYS[1])
    if known then
      if redis.call('EXISTS', KEYS[2]) == 0 then
        redis.call('HSET', KEYS[2], 'placeholder', 1)
        redis.call('PEXPIRE', KEYS[2], 1000)
      end
      return known
    end
    redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
    return false
`;

/**
 * Makes the record true after the add: an add that was deduplicated stands for the earlier job, one
 * that failed, as without memory, for nothing.
 * Keys: record, job, dedupe key. Parameters: fingerprint, ttl.
 */
export const seal = `
    if redis.call('HEXISTS', KEYS[2], 'placeholder') == 1 then
      redis.call('DEL', KEYS[2])
    elseif redis.call('EXISTS', KEYS[2]) == 0 then
      redis.call('DEL', KEYS[1])
      local earlier = redis.call('GET', KEYS[3])
      if earlier then
        redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. earlier, 'PX', ARGV[2])
      end
    end
    return true
`;

/** Stands after the id in a record whose job may not have been added yet. */
const pendingMark = '?';

/**
 * What a key means to a request; a batch's own record names no job. A replay that is pending stands for
 * a job that may not be there: who recorded it was about to add it.
 */
export type Admission =
  | { is: 'new' }
  | { is: 'conflict' }
  | { is: 'replay'; id: string; isPending?: true };

/** Reads what {@link admit} returns: the id that the key stands for, or that it had another body. */
export const readAdmission = (
  known: string | null,
  { fingerprint }: IdempotencyRecord,
): Admission => {
  if (known === null) return { is: 'new' };
  const [recorded, id, mark] = known.split(' ') as [string, string, string?];
  if (recorded !== fingerprint) return { is: 'conflict' };
  return { is: 'replay', id, ...(mark === pendingMark && { isPending: true }) };
};

/**
 * Records that a key stands for a job that is added next, elsewhere; {@link repoint} says that it is there.
 * @returns what the key stood for before.
 */
export const claimForJob = async (
  { redis, keys }: Pick<QueueSet, 'redis' | 'keys'>,
  { digest, fingerprint, partition }: IdempotencyRecord,
  id: string,
): Promise<string | null> => {
  const key = keys.idempotency(partition, digest);
  const replies = await redis
    .multi()
    .get(key)
    .set(key, `${fingerprint} ${id} ${pendingMark}`, 'PX', idempotencyTtlMs, 'NX')
    .exec();
  for (const [err] of replies ?? []) if (err) throw err;
  return (replies?.[0]?.[1] ?? null) as string | null;
};

/**
 * Records what a key stands for where no single job does, as for a batch. A crash before its jobs are
 * added is no harm: each has a record of its own.
 * @returns false when the key was used with another body.
 */
export const claimKey = async (
  { redis, keys }: Pick<QueueSet, 'redis' | 'keys'>,
  { digest, fingerprint, partition }: IdempotencyRecord,
): Promise<boolean> => {
  const key = keys.idempotency(partition, digest);
  const replies = await redis
    .pipeline()
    .set(key, fingerprint, 'PX', idempotencyTtlMs, 'NX')
    .get(key)
    .exec();
  for (const [err] of replies ?? []) if (err) throw err;
  return replies?.[1]?.[1] === fingerprint;
};

/** Makes a record stand for a job that is there: the debounced one that took over, or one added elsewhere. */
export const repoint = async (
  { redis, keys }: Pick<QueueSet, 'redis' | 'keys'>,
  { digest, fingerprint, partition }: IdempotencyRecord,
  id: string,
): Promise<void> => {
  const key = keys.idempotency(partition, digest);
  await redis.set(key, `${fingerprint} ${id}`, 'PX', idempotencyTtlMs, 'XX');
};

/** What a key means now; nothing is recorded. */
export const lookUpKey = async (
  { redis, keys }: Pick<QueueSet, 'redis' | 'keys'>,
  record: IdempotencyRecord,
): Promise<Admission> => {
  const known = await redis.get(keys.idempotency(record.partition, record.digest));
  const admission = readAdmission(known, record);
  return admission.is === 'replay' && admission.isPending ? { is: 'new' } : admission;
};
