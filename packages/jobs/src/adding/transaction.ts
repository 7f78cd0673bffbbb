import type { QueueSet } from '@drover/shared/queues/queue-set';
import { teachScript } from '@drover/shared/redis/script';
import type { IRedisTransaction, RedisQueueBackend } from 'bullmq';
import { type Added, type Addition, backendOf, failed, toAdded, toJobJson } from './addition.ts';
import { dedupeKeyOf } from './dedupe-key.ts';
import { admit, idempotencyTtlMs, readAdmission, seal } from './idempotency.ts';

type Reply = [error: Error | null, value: unknown];

/** Commands written into a transaction, and how their replies are read. */
interface Written {
  replies: number;
  read(values: readonly unknown[]): Added;
}

const writePlain = (
  batch: IRedisTransaction,
  backend: RedisQueueBackend,
  { job }: Addition,
): Written => {
  // Only written here: the reply comes with all others.
  void backend.addJobToTransaction(batch, toJobJson(job), job.id);
  return { replies: 1, read: ([id]) => toAdded(job, id as string) };
};

const writeIdempotent = (
  batch: IRedisTransaction,
  backend: RedisQueueBackend,
  { keys }: QueueSet,
  { job }: Addition,
  record: NonNullable<Addition['idempotency']>,
): Written => {
  const recordKey = keys.idempotency(record.partition, record.digest);
  const jobKey = keys.inQueue(job.queue, job.partition, job.id);
  const { fingerprint } = record;
  void batch.runCommand(admit.name, [recordKey, jobKey, fingerprint, job.id, idempotencyTtlMs]);
  void backend.addJobToTransaction(batch, toJobJson(job), job.id);
  const sealed = [recordKey, jobKey, dedupeKeyOf(keys, job)];
  void batch.runCommand(seal.name, [...sealed, fingerprint, idempotencyTtlMs]);
  return {
    replies: 3,
    read: ([known, id]) => {
      const admission = readAdmission(known as string | null, record);
      if (admission.is === 'new') return toAdded(job, id as string);
      return admission.is === 'replay'
        ? { outcome: 'replayed', id: admission.id }
        : { outcome: 'conflict' };
    },
  };
};

/**
 * Adds jobs of one partition in one round trip. Idempotency keys make it one transaction: whatever
 * happens, a key and its job are both there or neither is.
 * @throws Redis errors that concern all of them.
 */
export const addTogether = async (
  queues: QueueSet,
  additions: readonly [Addition, ...Addition[]],
): Promise<Added[]> => {
  teachScript(queues.redis, admit);
  teachScript(queues.redis, seal);
  const client = await backendOf(queues, additions[0].job).client;
  const batch = additions.some((it) => it.idempotency) ? client.multi() : client.pipeline();
  const written = additions.map((addition) => {
    const backend = backendOf(queues, addition.job);
    return addition.idempotency
      ? writeIdempotent(batch, backend, queues, addition, addition.idempotency)
      : writePlain(batch, backend, addition);
  });
  const replies = ((await batch.exec()) ?? []) as Reply[];
  let position = 0;
  return written.map((it) => {
    const own = replies.slice(position, position + it.replies);
    position += it.replies;
    const error = own.find(([err]) => err)?.[0];
    return error ? failed(error) : it.read(own.map(([, value]) => value));
  });
};
