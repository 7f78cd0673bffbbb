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

/** One stack trace entry: the failure as a line of JSON, then the stack. */
export const encodeFailure = (failure: AttemptFailure, stack: string): string =>
  `${JSON.stringify(failure)}\n${stack}`;

/** @returns undefined for an entry that was not made by {@link encodeFailure}. */
export const decodeFailure = (entry: string): AttemptFailure | undefined => {
  const [line = ''] = entry.split('\n', 1);
  try {
    return attemptFailure.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
};
