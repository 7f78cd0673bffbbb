import type { QueueSet } from '@drover/shared/queues/queue-set';
import { isCluster } from '@drover/shared/redis/client';
import type { IRedisTransaction, RedisQueueBackend } from 'bullmq';
import type { QueuedJob } from '../record/queued-job.ts';
import { type Batch, write, writeSettleJobs } from '../settling/write.ts';
import { type Added, type Addition, backendOf, failed, toAdded, toJobJson } from './addition.ts';
import { dedupeKeyOf } from './dedupe-key.ts';
import { admit, idempotencyTtlMs, readAdmission, seal } from './idempotency.ts';

/** An addition with an idempotency key. */
export type KeyedAddition = Addition & { idempotency: NonNullable<Addition['idempotency']> };

type Additions = readonly [KeyedAddition, ...KeyedAddition[]];

type Reply = [error: Error | null, value: unknown];

/** How the replies of a job's commands are read, and how many there are. */
interface Read {
  replies: number;
  read(values: readonly unknown[]): Added;
}

/**
 * The scripts around the add are sent in full: Redis may have forgotten them, and a transaction must
 * not add a job without its record.
 */
const writeOne = (
  batch: Batch,
  backend: RedisQueueBackend,
  queues: QueueSet,
  { job, idempotency: record }: KeyedAddition,
): Read => {
  const { keys } = queues;
  const recordKey = keys.idempotency(record.partition, record.digest);
  const jobKey = keys.inQueue(job.queue, job.partition, job.id);
  const { fingerprint } = record;
  const json = toJobJson(job);
  write(batch.eval(admit, 2, recordKey, jobKey, fingerprint, job.id, idempotencyTtlMs));
  write(backend.addJobToTransaction(batch, json, job.id));
  const settling = writeSettleJobs(batch, queues, [job]);
  const dedupeKey = dedupeKeyOf(keys, job);
  write(batch.eval(seal, 3, recordKey, jobKey, dedupeKey, fingerprint, idempotencyTtlMs));
  const read: Read['read'] = ([known, id]) => {
    const admission = readAdmission(known as string | null, record);
    if (admission.is === 'new') return toAdded(job, id as string);
    return admission.is === 'replay'
      ? { outcome: 'replayed', id: admission.id, isPending: admission.isPending }
      : { outcome: 'conflict' };
  };
  return { replies: 3 + settling, read };
};

const writeAll = (queues: QueueSet, additions: Additions, batch: Batch): Read[] =>
  additions.map((addition) => writeOne(batch, backendOf(queues, addition.job), queues, addition));

const readAll = (reads: readonly Read[], replies: readonly Reply[]): Added[] => {
  let next = 0;
  return reads.map(({ replies: count, read }) => {
    const own = replies.slice(next, next + count);
    next += count;
    const error = own.find(([err]) => err)?.[0];
    return error ? failed(error) : read(own.map(([, value]) => value));
  });
};

/**
 * One addition in a transaction that is written command by command: a pipeline of ioredis costs three
 * times as much. All of it is written in one turn of the event loop, so that no other command of this
 * connection can get into it.
 */
const transactAlone = async (queues: QueueSet, additions: Additions): Promise<Added[]> => {
  const { redis } = queues;
  const client = (await backendOf(queues, additions[0].job).client) as Batch;
  write(redis.multi({ pipeline: false }));
  const written = writeAll(queues, additions, client);
  return readAll(written, (await redis.exec()) as Reply[]);
};

const sendTogether = async (queues: QueueSet, additions: Additions): Promise<Added[]> => {
  const client = await backendOf(queues, additions[0].job).client;
  const batch = client.multi() as Batch & IRedisTransaction;
  const written = writeAll(queues, additions, batch);
  return readAll(written, ((await batch.exec()) ?? []) as Reply[]);
};

const isForgotten = (added: Added): boolean =>
  added.outcome === 'failed' && added.error.message.includes('NOSCRIPT');

/**
 * Makes Redis know BullMQ's script again, which it forgets with SCRIPT FLUSH: ioredis sends it in full
 * when a command of its own is refused, but not when one within a transaction is. The job that is
 * added for it stands in its own way.
 */
const teachAdd = async (queues: QueueSet, { job }: Addition): Promise<void> => {
  const key = queues.keys.inQueue(job.queue, job.partition, job.id);
  await queues.redis.pipeline().hset(key, 'placeholder', 1).pexpire(key, 1_000).exec();
  await backendOf(queues, job).addJob(toJobJson(job), job.id);
  await queues.redis.del(key);
};

/**
 * Adds jobs of one partition with their idempotency keys, in one round trip and one transaction:
 * whatever happens, a key and its job are both there or neither is.
 * @throws Redis errors that concern all of them.
 */
export const addTogether = async (
  queues: QueueSet,
  additions: Additions,
): Promise<readonly Added[]> => {
  // In a cluster, MULTI alone would go to any node.
  const isAlone = additions.length === 1 && !isCluster(queues.redis);
  const send = isAlone ? transactAlone : sendTogether;
  const added = await send(queues, additions);
  const forgotten = additions.filter((_, i) => isForgotten(added[i] as Added));
  if (forgotten.length === 0) return added;
  for (const addition of forgotten) await teachAdd(queues, addition);
  const again = await send(queues, forgotten as [KeyedAddition, ...KeyedAddition[]]);
  return added.map((it) => (isForgotten(it) ? (again.shift() as Added) : it));
};

const writeSettled = async (queues: QueueSet, job: QueuedJob): Promise<Reply[]> => {
  const backend = backendOf(queues, job);
  const batch = (await backend.client).multi() as Batch & IRedisTransaction;
  write(backend.addJobToTransaction(batch, toJobJson(job), job.id));
  writeSettleJobs(batch, queues, [job]);
  return ((await batch.exec()) ?? []) as Reply[];
};

/**
 * Adds a job together with its settle job: both are there or neither is.
 * @returns what BullMQ's add returns: another job's id when the dedupe key stands for that one.
 */
export const addSettled = async (queues: QueueSet, job: QueuedJob): Promise<string> => {
  let replies = await writeSettled(queues, job);
  if (replies[0]?.[0]?.message.includes('NOSCRIPT')) {
    await teachAdd(queues, { job });
    replies = await writeSettled(queues, job);
  }
  const error = replies.find(([err]) => err)?.[0];
  if (error) throw error;
  return replies[0]?.[1] as string;
};
