import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { JobJson, RedisQueueBackend } from 'bullmq';
import type { QueuedJob } from '../record/queued-job.ts';
import type { IdempotencyRecord } from './idempotency.ts';

/**
 * What a job must pass to be added. It is decided in the same round trip, just before the add: where
 * there is no way through, a hash with the field `placeholder` takes the job's place in Redis for a
 * second, so that the add does nothing.
 * @param jobKey where the job is to be, of the gate's own partition.
 * @param add sends the commands that add the job.
 * @returns what `add` returns.
 * @throws what the submitter is told when the gate is shut, or what `add` throws.
 */
export type Gate = <T>(jobKey: string, add: () => Promise<T>) => Promise<T>;

/** A job to add, the gate before it and the record of its idempotency key, if it has these. */
export interface Addition {
  job: QueuedJob;
  gate?: Gate | undefined;
  idempotency?: IdempotencyRecord | undefined;
}

/** What became of an addition; `id` is the job that stands for it, new or not. */
export type Added =
  | { outcome: 'added' | 'deduplicated'; id: string }
  /** Pending: whoever recorded the key was about to add the job, which may not be there. */
  | { outcome: 'replayed'; id: string; isPending?: true | undefined }
  /** The idempotency key was used for something else. */
  | { outcome: 'conflict' }
  | { outcome: 'failed'; error: Error };

export const failed = (error: Error): Added => ({ outcome: 'failed', error });

/** @param id what BullMQ's add returned: another job's id when the dedupe key stands for that one. */
export const toAdded = (job: QueuedJob, id: string): Added => ({
  outcome: id === job.id ? 'added' : 'deduplicated',
  id,
});

/** BullMQ's own way to Redis. */
export const backendOf = (
  queues: QueueSet,
  { queue, partition }: Pick<QueuedJob, 'queue' | 'partition'>,
): RedisQueueBackend => queues.get(queue, partition).backend as RedisQueueBackend;

/** The job as BullMQ's scripts take it. What a job has only later is left out; BullMQ's type wants it all. */
export const toJobJson = ({ name, data, opts, timestamp }: QueuedJob): JobJson =>
  ({
    name,
    data: JSON.stringify(data),
    opts,
    timestamp,
    ...(opts.deduplication && { deduplicationId: opts.deduplication.id }),
  }) as unknown as JobJson;
