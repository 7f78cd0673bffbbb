import type { ProblemDocument } from '@drover/jobs/contract/problem';

export type { ProblemDocument };

/** One thing wrong with a request, at a JSON Pointer (RFC 6901) into its body. */
export type FieldError = NonNullable<ProblemDocument['errors']>[number];

/**
 * Codes that the client itself gives; all others are the server's (docs/reference/problems.md).
 * - `network-error`: no answer came, or it broke off.
 * - `timed-out`: no whole answer came within `timeoutMs`.
 * - `wait-timed-out`: `wait` was over before the job was.
 * - `http-error`: an error that is no problem document, from something between here and the server.
 * - `invalid-answer`: a success that cannot be understood; likely the URL is not that of a Drover.
 */
export type ClientErrorCode =
  | 'network-error'
  | 'timed-out'
  | 'wait-timed-out'
  | 'http-error'
  | 'invalid-answer';

export interface DroverErrorDetails {
  /** HTTP status; undefined when there was no answer. */
  status?: number | undefined;
  problem?: ProblemDocument | undefined;
  /** How long the server asks to wait before another try, in milliseconds. */
  retryAfterMs?: number | undefined;
  /** The server's name for the request, to find it in its logs. */
  requestId?: string | undefined;
  cause?: unknown;
}

/** Every failure of a request that was well made. `code` is stable and kebab-case. */
export class DroverError extends Error {
  readonly code: string;
  readonly status: number | undefined;
  /** The problem document (RFC 9457), where the server sent one. */
  readonly problem: ProblemDocument | undefined;
  /** What is wrong with the request, field by field; empty when the server named none. */
  readonly errors: readonly FieldError[];
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
  /** How many times the request was made, from 1. */
  attempts = 1;

  /** What is wrong and what to do: the message. */
  get detail(): string {
    return this.message;
  }

  constructor(code: string, detail: string, details: DroverErrorDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DroverError';
    this.code = code;
    this.status = details.status;
    this.problem = details.problem;
    this.errors = details.problem?.errors ?? [];
    this.retryAfterMs = details.retryAfterMs;
    this.requestId = details.requestId;
  }
}

/** The code of a problem: the last part of its `type`, `/problems/<code>`. */
export const problemCode = (problem: ProblemDocument): string =>
  problem.type.slice(problem.type.lastIndexOf('/') + 1);
