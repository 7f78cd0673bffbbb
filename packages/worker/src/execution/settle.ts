import { PermanentError, RetryLater } from '@drover/jobs/definition/errors';
import { encodeFailure } from '@drover/jobs/record/failure';
import { CodedError, toError } from '@drover/shared/errors';
import { DelayedError, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { ClaimedJob } from './claimed-job.ts';
import { LockLost, ShuttingDown } from './interruption.ts';

/** What became of an attempt, for logs and metrics. */
export type Outcome = 'succeeded' | 'failed' | 'postponed' | 'handed-back' | 'lost';

/** An error of this message makes BullMQ put the job back without counting an attempt. */
const rateLimitMessage = Worker.RateLimitError().message;

/** Code of an error that says nothing else of itself. */
const defaultCode = 'error';

const outcomeOf = (thrown: unknown): Exclude<Outcome, 'succeeded'> => {
  if (thrown instanceof ShuttingDown) return 'handed-back';
  if (thrown instanceof RetryLater) return 'postponed';
  if (thrown instanceof LockLost) return 'lost';
  return 'failed';
};

/** Longest message and stack that are kept of a failure, in characters. */
const maxMessageLength = 2_000;
const maxStackLength = 8_000;

/**
 * An error's message as it is kept and shown. Messages come from handlers and their libraries: they
 * may be empty, huge, no text at all, or the very words that BullMQ takes for a command of its own.
 */
const messageOf = (err: Error): string => {
  const message = String(err.message || err.name)
    .toWellFormed()
    .slice(0, maxMessageLength);
  return message === rateLimitMessage ? 'rate limit exceeded' : message;
};

/** The error that makes BullMQ retry or fail the job, with the attempt's record as its stack. */
const failureFor = (claimed: ClaimedJob, thrown: unknown, worker: string): Error => {
  const err = toError(thrown);
  const permanent = err instanceof PermanentError;
  const message = messageOf(err);
  const failure = permanent ? new UnrecoverableError(message) : new Error(message);
  failure.stack = encodeFailure(
    {
      attempt: claimed.job.attemptsMade + 1,
      code: err instanceof CodedError ? err.code : defaultCode,
      message,
      retryable: !permanent,
      worker,
      startedAt: new Date(claimed.startedAt).toISOString(),
      durationMs: Date.now() - claimed.startedAt,
    },
    String(err.stack ?? '').slice(0, maxStackLength),
  );
  return failure;
};

/**
 * Turns what an attempt threw into what BullMQ understands: hand the job back, delay it without
 * counting an attempt, or fail the attempt.
 * @returns the outcome and the error to throw to BullMQ.
 */
export const settleThrown = async (
  claimed: ClaimedJob,
  thrown: unknown,
  worker: string,
): Promise<{ outcome: Outcome; error: Error }> => {
  const outcome = outcomeOf(thrown);
  switch (outcome) {
    case 'handed-back':
      await claimed.job.moveToWait(claimed.token);
      return { outcome, error: new WaitingError() };
    case 'postponed':
      await claimed.job.moveToDelayed(Date.now() + (thrown as RetryLater).delayMs, claimed.token);
      return { outcome, error: new DelayedError() };
    case 'lost':
    case 'failed':
      return { outcome, error: failureFor(claimed, thrown, worker) };
  }
};
