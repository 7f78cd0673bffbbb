import { derivedJobId, newJobId } from '@drover/shared/job-id';
import type { TraceContext } from '@drover/shared/tracing/trace-context';
import type { SubmissionOptions } from '../contract/submission.ts';
import type { JobType } from '../definition/define-job.ts';
import type { SettleTasks } from '../settling/tasks.ts';
import type { JobEnvelope } from './envelope.ts';
import { partitionOf } from './placement.ts';

/** A valid submission of a tenant. */
export interface ValidSubmission {
  type: JobType;
  /** As submitted, not as parsed: defaults of the type are applied when the job runs. */
  payload: unknown;
  options?: SubmissionOptions | undefined;
  tenant: string;
  /** What is to be done when the job has ended. */
  settle?: SettleTasks | undefined;
  /** What it is a part of. */
  trace?: TraceContext | undefined;
}

/** What BullMQ keeps beside a job's data. */
export interface QueuedOptions {
  attempts: number;
  /** BullMQ's priority is ours: 1 is first; it has no jobs without one. */
  priority: number;
  /** Milliseconds from now; absent for now. */
  delay?: number;
  deduplication?: { id: string; ttl?: number };
}

/** A job that is ready to be stored in its queue. */
export interface QueuedJob {
  id: string;
  queue: string;
  partition: number;
  name: string;
  data: JobEnvelope;
  opts: QueuedOptions;
  /** When it was submitted, in milliseconds. */
  timestamp: number;
  /** It waits until submissions of its dedupe key have ceased for that long, in milliseconds. */
  debounceMs?: number;
  /** The payload as JSON, once it has been written. */
  payloadText?: string | undefined;
}

const delayOf = (options: SubmissionOptions, now: number): number => {
  if (options.dedupe?.mode === 'debounce') return options.dedupe.ttl ?? 0;
  if (options.runAt !== undefined) return Math.max(0, Date.parse(options.runAt) - now);
  return options.delay ?? 0;
};

/**
 * One dedupe key means one thing to one tenant and one job type. With a time to live the key outlasts
 * the job (throttle); without, it goes when the job finishes, or is debounced away.
 */
const deduplicationOf = (
  { tenant, type }: ValidSubmission,
  dedupe: NonNullable<SubmissionOptions['dedupe']>,
): NonNullable<QueuedOptions['deduplication']> => ({
  id: `${tenant}/${type.type}/${dedupe.key}`,
  ...(dedupe.mode === 'throttle' && dedupe.ttl !== undefined && { ttl: dedupe.ttl }),
});

/** A type's own expiry begins when its job may run: it is no reason to refuse a delay. */
const expiryOf = (
  type: JobType,
  options: SubmissionOptions | undefined,
  at: { now: number; delay: number },
): number | undefined => {
  if (options?.expiresIn !== undefined) return at.now + options.expiresIn;
  return type.expiresInMs === undefined ? undefined : at.now + at.delay + type.expiresInMs;
};

/** Only what was asked for, by the submission or by its type: there may be millions of these. */
const wishesOf = (
  type: JobType,
  options: SubmissionOptions | undefined,
  at: { now: number; delay: number },
): Partial<JobEnvelope> => {
  const { tags, timeout, backoff } = options ?? {};
  const expiresAt = expiryOf(type, options, at);
  const retention = options?.retention ?? type.retentionMs;
  return {
    ...(tags?.length && { tags: [...new Set(tags)] }),
    ...(timeout !== undefined && { timeout }),
    ...(backoff && { backoff }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(retention !== undefined && { retention }),
  };
};

/** Where a job is to live. */
export interface Placement {
  /**
   * How many partitions new jobs are spread over: by chance, or by the dedupe key or `stickTo`, which
   * mean one partition each.
   */
  partitions: number;
  stickTo?: string | undefined;
  /**
   * Makes the same job again when it is submitted again: of these its id is derived, and without a
   * dedupe key it lives in this partition. `at` is in milliseconds.
   */
  derive?: { seed: string; at: number; partition: number };
}

const partitionFor = ({ partitions, stickTo, derive }: Placement, dedupeId?: string): number =>
  derive && dedupeId === undefined
    ? derive.partition
    : partitionOf(partitions, dedupeId ?? stickTo);

/** Turns a valid submission into the job that goes to Redis. */
export const toQueuedJob = (submission: ValidSubmission, placement: Placement): QueuedJob => {
  const { type, tenant, payload, options, settle, trace } = submission;
  const timestamp = Date.now();
  const delay = options ? delayOf(options, timestamp) : 0;
  const deduplication = options?.dedupe && deduplicationOf(submission, options.dedupe);
  const partition = partitionFor(placement, deduplication?.id);
  const { derive } = placement;
  return {
    id: derive ? derivedJobId(type.queue, partition, derive) : newJobId(type.queue, partition),
    queue: type.queue,
    partition,
    name: type.type,
    data: {
      tenant,
      payload,
      ...wishesOf(type, options, { now: timestamp, delay }),
      ...(settle && { settle }),
      ...(trace && { trace }),
    },
    opts: {
      attempts: options?.attempts ?? type.retry.attempts,
      priority: options?.priority ?? type.priority,
      ...(delay > 0 && { delay }),
      ...(deduplication && { deduplication }),
    },
    timestamp,
    ...(options?.dedupe?.mode === 'debounce' && { debounceMs: options.dedupe.ttl ?? 0 }),
  };
};
