import { PermanentError, RetryLater } from '@drover/jobs/definition/errors';
import { encodeFailure } from '@drover/jobs/record/failure';
import { CodedError, toError } from '@drover/shared/errors';
import { DelayedError, UnrecoverableError, WaitingError } from 'bullmq';
import type { ClaimedJob } from './claimed-job.ts';
import { LockLost, ShuttingDown } from './interruption.ts';

/** What became of an attempt, for logs and metrics. */
export type Outcome = 'succeeded' | 'failed' | 'postponed' | 'handed-back' | 'lost';

/** Code of an error that says nothing else of itself. */
const defaultCode = 'error';

const outcomeOf = (thrown: unknown): Exclude<Outcome, 'succeeded'> => {
  if (thrown instanceof ShuttingDown) return 'handed-back';
  if (thrown instanceof RetryLater) return 'postponed';
  if (thrown instanceof LockLost) return 'lost';
  return 'failed';
};

/** The error that makes BullMQ retry or fail the job, with the attempt's record as its stack. */
const failureFor = (claimed: ClaimedJob, thrown: unknown, worker: string): Error => {
  const err = toError(thrown);
  const permanent = err instanceof PermanentError;
  const failure = permanent ? new UnrecoverableError(err.message) : new Error(err.message);
  failure.stack = encodeFailure(
    {
      attempt: claimed.job.attemptsMade + 1,
      code: err instanceof CodedError ? err.code : defaultCode,
      message: err.message,
      retryable: !permanent,
      worker,
      startedAt: new Date(claimed.startedAt).toISOString(),
      durationMs: Date.now() - claimed.startedAt,
    },
    err.stack ?? '',
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
