import { z } from 'zod';

/** Code of a job whose workers died under it more often than is allowed. */
export const workerLostCode = 'worker-lost';

/**
 * How one attempt failed. It is the first line of the attempt's entry in BullMQ's stack traces, so
 * that it costs no further write, survives with the job and shows in bull-board.
 */
const attemptFailure = z.object({
  attempt: z.int(),
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  worker: z.string(),
  startedAt: z.string(),
  durationMs: z.number(),
  /** Not a failure: the job was ended on purpose. */
  withdrawn: z.enum(['canceled', 'expired']).optional(),
});

export type AttemptFailure = z.output<typeof attemptFailure>;

/**
 * So many attempts are recorded at full length. Of a later one the beginnings of message and stack
 * are kept, in characters: BullMQ rewrites all records of a job with each attempt, and there may be
 * a hundred. With what the worker keeps of each, a job's records stay below half a megabyte.
 */
const fullRecords = 10;
const laterMessageLength = 500;
const laterStackLength = 1_000;

/** One stack trace entry: the failure as a line of JSON, then the stack. */
export const encodeFailure = (failure: AttemptFailure, stack: string): string => {
  if (failure.attempt <= fullRecords) return `${JSON.stringify(failure)}\n${stack}`;
  const message = failure.message.slice(0, laterMessageLength).toWellFormed();
  return `${JSON.stringify({ ...failure, message })}\n${stack.slice(0, laterStackLength)}`;
};

/** @returns undefined for an entry that was not made by {@link encodeFailure}. */
export const decodeFailure = (entry: string): AttemptFailure | undefined => {
  const [line = ''] = entry.split('\n', 1);
  try {
    return attemptFailure.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
};

/** Most records that a job takes along into another round. */
const keptRecords = 200;

/**
 * The records of a job that begins another round: the latest, without their stacks, so that a job
 * which is redriven again and again does not grow without end.
 */
export const withoutStacks = (entries: readonly string[]): string[] =>
  entries.slice(-keptRecords).map((entry) => {
    const failure = decodeFailure(entry);
    if (!failure) return entry.slice(0, laterMessageLength);
    const message = failure.message.slice(0, laterMessageLength).toWellFormed();
    return `${JSON.stringify({ ...failure, message })}\n`;
  });
