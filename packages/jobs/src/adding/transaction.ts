import type { QueueSet } from '@drover/shared/queues/queue-set';
import { teachScript } from '@drover/shared/redis/script';
import type { IRedisClient, IRedisTransaction, RedisQueueBackend } from 'bullmq';
import { type Added, type Addition, backendOf, failed, toAdded, toJobJson } from './addition.ts';
import { dedupeKeyOf } from './dedupe-key.ts';
import { admit, idempotencyTtlMs, readAdmission, seal } from './idempotency.ts';

type Reply = [error: Error | null, value: unknown];

/** Commands written into a transaction, and how their replies are read. */
interface Written {
  replies: number;
  read(values: readonly unknown[]): Added;
}

/** Commands are only written here: what became of them comes with the reply to the whole. */
const write = (command: unknown): void => {
  if (command instanceof Promise) command.catch(() => undefined);
};

const writePlain = (
  batch: IRedisTransaction,
  backend: RedisQueueBackend,
  { job }: Addition,
): Written => {
  write(backend.addJobToTransaction(batch, toJobJson(job), job.id));
  return { replies: 1, read: ([id]) => toAdded(job, id as string) };
};

const writeIdempotent = (
  batch: IRedisTransaction | IRedisClient,
  backend: RedisQueueBackend,
  { keys }: QueueSet,
  { job }: Addition,
  record: NonNullable<Addition['idempotency']>,
): Written => {
  const recordKey = keys.idempotency(record.partition, record.digest);
  const jobKey = keys.inQueue(job.queue, job.partition, job.id);
  const { fingerprint } = record;
  const json = toJobJson(job);
  write(batch.runCommand(admit.name, [recordKey, jobKey, fingerprint, job.id, idempotencyTtlMs]));
  write(backend.addJobToTransaction(batch, json, job.id));
  const sealed = [recordKey, jobKey, dedupeKeyOf(keys, job)];
  write(batch.runCommand(seal.name, [...sealed, fingerprint, idempotencyTtlMs]));
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

/** Redis was restarted, or forgot its scripts: the next pipeline teaches it anew. */
const isUnknownScript = (reply: Reply): boolean =>
  reply[0]?.message.startsWith('NOSCRIPT') ?? false;

/**
 * Adds one job with an idempotency key, in a transaction that is written command by command: a
 * pipeline of ioredis costs three times as much. All of it is written in one turn of the event loop,
 * so that no other command of this connection can get into it.
 * @returns undefined when Redis did not know a script; then the same may be done again, as a whole.
 * @throws Redis errors.
 */
const addAlone = async (queues: QueueSet, addition: Addition): Promise<Added | undefined> => {
  const { redis } = queues;
  const { job, idempotency } = addition;
  if (!idempotency) return undefined;
  const backend = backendOf(queues, job);
  const client = await backend.client;
  write(redis.multi({ pipeline: false }));
  const { read } = writeIdempotent(client, backend, queues, addition, idempotency);
  const replies = (await redis.exec()) as Reply[];
  if (replies.some(isUnknownScript)) return undefined;
  const error = replies.find(([err]) => err)?.[0];
  return error ? failed(error) : read(replies.map(([, value]) => value));
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
  const alone = additions.length === 1 && (await addAlone(queues, additions[0]));
  if (alone) return [alone];
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
