import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { JobJson, RedisQueueBackend } from 'bullmq';
import type { QueuedJob } from '../record/queued-job.ts';
import type { IdempotencyRecord } from './idempotency.ts';

/** A job to add, and the record of its idempotency key, if it has one. */
export interface Addition {
  job: QueuedJob;
  idempotency?: IdempotencyRecord | undefined;
}

/** What became of an addition; `id` is the job that stands for it, new or not. */
export type Added =
  | { outcome: 'added' | 'deduplicated' | 'replayed'; id: string }
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
