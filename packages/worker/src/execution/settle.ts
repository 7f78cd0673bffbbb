import { encodeFailure } from '@drover/jobs/record/failure';
import { announce } from '@drover/jobs/transitions/announce';
import { noteRetrying, noteWithdrawn } from '@drover/jobs/transitions/indexes';
import { withdraw, withdrawalTrace } from '@drover/jobs/transitions/withdraw';
import { DelayedError, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { Attempt } from './attempt.ts';
import type { Ending, Outcome } from './ending.ts';
import { Canceled, Expired, LockLost, NotYet, ShuttingDown } from './interruption.ts';
import type { Step } from './layer.ts';
import { readThrown, type Thrown } from './thrown.ts';
import type { Workshop } from './workshop.ts';

/** An error of this message makes BullMQ put the job back without counting an attempt. */
const rateLimitMessage = Worker.RateLimitError().message;

/** Handlers may throw the very words that BullMQ takes for a command of its own. */
const messageFor = (message: string): string =>
  message === rateLimitMessage ? 'rate limit exceeded' : message;

const outcomeOf = (thrown: unknown): Exclude<Outcome, 'succeeded'> => {
  if (thrown instanceof ShuttingDown) return 'handed-back';
  if (thrown instanceof NotYet) return 'postponed';
  if (thrown instanceof LockLost) return 'lost';
  if (thrown instanceof Canceled) return 'canceled';
  if (thrown instanceof Expired) return 'expired';
  return 'failed';
};

/** The error that makes BullMQ retry or fail the job, with the attempt's record as its stack. */
const failureFor = (attempt: Attempt, thrown: Thrown, worker: string): Error => {
  const { code, stack } = thrown;
  const isPermanent = thrown.kind === 'permanent';
  const message = messageFor(thrown.message);
  const failure = isPermanent ? new UnrecoverableError(message) : new Error(message);
  failure.stack = encodeFailure(
    {
      attempt: attempt.number,
      code,
      message,
      retryable: !isPermanent,
      worker,
      startedAt: new Date(attempt.startedAt).toISOString(),
      durationMs: Date.now() - attempt.startedAt,
    },
    stack,
  );
  return failure;
};

/** The error that makes BullMQ bury a job that was canceled or has expired. */
const withdrawalFor = ({ job }: Attempt, why: Canceled | Expired): Error => {
  const withdrawal = new UnrecoverableError(why.message);
  const hadBegun = why instanceof Canceled && why.hadBegun;
  withdrawal.stack = withdrawalTrace(
    why instanceof Canceled ? 'canceled' : 'expired',
    job.attemptsMade + (hadBegun ? 1 : 0),
  );
  return withdrawal;
};

type Parts = Pick<Workshop, 'worker' | 'queues' | 'keep'>;

/** Puts the job back as if it had not been claimed. */
const handBack = async ({ job, token, address }: Attempt, { queues }: Parts): Promise<Error> => {
  await job.moveToWait(token);
  // BullMQ wakes no worker for a job with a priority here: an idle one would look after seconds only.
  const { queue, partition } = address;
  await queues.redis.zadd(queues.keys.inQueue(queue, partition, 'marker'), 0, '0');
  announce(queues, address, 'status');
  return new WaitingError();
};

/** Lets the job wait without counting an attempt. */
const postpone = async (
  { job, token, address }: Attempt,
  delayMs: number,
  { queues, keep }: Parts,
): Promise<Error> => {
  const dueAt = Date.now() + delayMs;
  await job.moveToDelayed(dueAt, token);
  if (await noteRetrying(queues, address, dueAt)) {
    await withdraw(queues, address, 'canceled', keep.failedMs);
  }
  announce(queues, address, 'status');
  return new DelayedError();
};

/**
 * Turns what an attempt threw into what BullMQ understands: hand the job back, delay it without
 * counting an attempt, or fail the attempt or the job.
 */
const settle = async (attempt: Attempt, thrown: unknown, parts: Parts): Promise<Ending> => {
  const outcome = outcomeOf(thrown);
  switch (outcome) {
    case 'handed-back':
      return { outcome, error: await handBack(attempt, parts) };
    case 'postponed':
      return { outcome, error: await postpone(attempt, (thrown as NotYet).delayMs, parts) };
    case 'canceled':
    case 'expired':
      await noteWithdrawn(parts.queues, attempt.address, outcome, parts.keep.failedMs);
      return { outcome, error: withdrawalFor(attempt, thrown as Canceled | Expired) };
    default: {
      const read = readThrown(thrown);
      if (outcome === 'failed' && read.delayMs !== undefined) {
        return { outcome: 'postponed', error: await postpone(attempt, read.delayMs, parts) };
      }
      return { outcome, error: failureFor(attempt, read, parts.worker) };
    }
  }
};

/**
 * Ends every attempt, whatever became of it. Where the worker had to interrupt it, that is what counts:
 * a handler that obeys throws an error of its own.
 */
export const settled =
  (parts: Parts, perform: Step<unknown>): Step<Ending> =>
  async (attempt) => {
    try {
      return { outcome: 'succeeded', result: await perform(attempt) };
    } catch (thrown) {
      const reason = thrown instanceof LockLost ? thrown : attempt.interruption.reason();
      return settle(attempt, reason ?? thrown, parts);
    }
  };
