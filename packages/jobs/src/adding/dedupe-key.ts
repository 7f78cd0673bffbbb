import type { Keys } from '@drover/shared/keys';
import type { QueuedJob } from '../record/queued-job.ts';

/** Where BullMQ keeps the job that a dedupe key stands for; the job's own key when it has none. */
export const dedupeKeyOf = (keys: Keys, { id, queue, partition, opts }: QueuedJob): string =>
  keys.inQueue(queue, partition, opts.deduplication ? `de:${opts.deduplication.id}` : id);
