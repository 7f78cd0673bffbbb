import type { JobEnvelope } from '@drover/jobs/record/envelope';
import type { JobAddress } from '@drover/shared/job-id';
import type { Job } from 'bullmq';

/** A BullMQ job that this worker holds the lock of. BullMQ's `id` and `token` are set on such a job. */
export interface ClaimedJob {
  readonly job: Job<unknown, unknown>;
  readonly id: string;
  readonly address: JobAddress;
  /** Proves that this worker holds the job when it settles it. */
  readonly token: string;
  /** Aborted by the queue worker: shutdown, cancellation, or the lock is lost. */
  readonly signal: AbortSignal;
  readonly startedAt: number;
}

/** A claimed job whose envelope has been read. */
export interface OpenedJob extends ClaimedJob {
  readonly envelope: JobEnvelope;
}
