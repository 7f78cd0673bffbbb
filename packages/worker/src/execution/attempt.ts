import { type JobEnvelope, jobEnvelope } from '@drover/jobs/record/envelope';
import type { JobAddress } from '@drover/shared/job-id';
import type { Log } from '@drover/shared/log';
import type { TraceContext } from '@drover/shared/tracing/trace-context';
import type { Job } from 'bullmq';
import { createInterruption, type Interruption } from './interruption.ts';
import { asHandlerOf } from './stray-errors.ts';

/** One attempt at a job that this worker holds the lock of. */
export interface Attempt {
  readonly job: Job<unknown, unknown>;
  /** BullMQ's `id`, which is set on such a job. */
  readonly id: string;
  readonly address: JobAddress;
  /** Proves that this worker holds the job when it settles it. */
  readonly token: string;
  /** Which attempt this is, from 1. Lost workers do not count. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** What was submitted; undefined for a job that did not come through Drover. */
  readonly envelope: JobEnvelope | undefined;
  readonly interruption: Interruption;
  /** What is done on behalf of the attempt is a part of this. */
  trace: TraceContext | undefined;
  /** Until when the lock holds unless it is renewed, in milliseconds since 1970. */
  heldUntil: number;
  /** The worker's. */
  readonly log: Log;
}

/** What a job is claimed with. */
export interface Claim {
  token: string;
  /** How long the lock holds, in milliseconds. */
  lockMs: number;
  log: Log;
}

export const createAttempt = (
  job: Job<unknown, unknown>,
  address: JobAddress,
  { token, lockMs, log }: Claim,
): Attempt => {
  const startedAt = Date.now();
  const envelope = jobEnvelope.safeParse(job.data).data;
  const attempt: Attempt = {
    job,
    id: address.id,
    address,
    token,
    number: job.attemptsMade + 1,
    startedAt,
    envelope,
    trace: envelope?.trace,
    interruption: createInterruption((act) => asHandlerOf(attempt, act)),
    heldUntil: startedAt + lockMs,
    log,
  };
  return attempt;
};
