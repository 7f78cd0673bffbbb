import { PermanentError, RetryLater } from '@drover/jobs/definition/errors';
import { encodeFailure } from '@drover/jobs/record/failure';
import { announce } from '@drover/jobs/transitions/announce';
import { noteRetrying, noteWithdrawn } from '@drover/jobs/transitions/indexes';
import { withdraw, withdrawalTrace } from '@drover/jobs/transitions/withdraw';
import { CodedError, toError } from '@drover/shared/errors';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { DelayedError, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { ClaimedJob } from './claimed-job.ts';
import { Canceled, Expired, LockLost, ShuttingDown } from './interruption.ts';

/** What became of an attempt, for logs and metrics. */
export type Outcome =
  | 'succeeded'
  | 'failed'
  | 'canceled'
  | 'expired'
  | 'postponed'
  | 'handed-back'
  | 'lost';

/** An error of this message makes BullMQ put the job back without counting an attempt. */
const rateLimitMessage = Worker.RateLimitError().message;

/** Code of an error that says nothing else of itself. */
const defaultCode = 'error';

const outcomeOf = (thrown: unknown): Exclude<Outcome, 'succeeded'> => {
  if (thrown instanceof ShuttingDown) return 'handed-back';
  if (thrown instanceof RetryLater) return 'postponed';
  if (thrown instanceof LockLost) return 'lost';
  if (thrown instanceof Canceled) return 'canceled';
  if (thrown instanceof Expired) return 'expired';
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

/** The error that makes BullMQ bury a job that was canceled or has expired. */
const withdrawalFor = ({ job }: ClaimedJob, why: 'canceled' | 'expired', err: Error): Error => {
  const withdrawal = new UnrecoverableError(err.message);
  withdrawal.stack = withdrawalTrace(
    why,
    job.attemptsMade + (err instanceof Canceled && err.hadBegun ? 1 : 0),
  );
  return withdrawal;
};

/** What settling needs of the worker. */
export interface SettlingParts {
  /** Names this process in the records of attempts. */
  worker: string;
  queues: QueueSet;
  keepFailedMs: number;
}

/** Puts the job back as if it had not been claimed. */
const handBack = async ({ job, token, address }: ClaimedJob, { redis, keys }: Stores) => {
  await job.moveToWait(token);
  // BullMQ wakes no worker for a job with a priority here: an idle one would look after seconds only.
  const { queue, partition } = address;
  await redis.zadd(keys.inQueue(queue, partition, 'marker'), 0, '0');
};

type Stores = SettlingParts['queues'];

/**
 * Turns what an attempt threw into what BullMQ understands: hand the job back, delay it without
 * counting an attempt, or fail the attempt or the job.
 * @returns the outcome and the error to throw to BullMQ.
 */
export const settleThrown = async (
  claimed: ClaimedJob,
  thrown: unknown,
  { worker, queues, keepFailedMs }: SettlingParts,
): Promise<{ outcome: Outcome; error: Error }> => {
  const outcome = outcomeOf(thrown);
  switch (outcome) {
    case 'handed-back':
      await handBack(claimed, queues);
      announce(queues, claimed.address, 'status');
      return { outcome, error: new WaitingError() };
    case 'postponed': {
      const dueAt = Date.now() + (thrown as RetryLater).delayMs;
      await claimed.job.moveToDelayed(dueAt, claimed.token);
      if (await noteRetrying(queues, claimed.address, dueAt)) {
        await withdraw(queues, claimed.address, 'canceled', keepFailedMs);
      }
      announce(queues, claimed.address, 'status');
      return { outcome, error: new DelayedError() };
    }
    case 'canceled':
    case 'expired':
      await noteWithdrawn(queues, claimed.address, outcome, keepFailedMs);
      return { outcome, error: withdrawalFor(claimed, outcome, toError(thrown)) };
    case 'lost':
    case 'failed':
      return { outcome, error: failureFor(claimed, thrown, worker) };
  }
};
