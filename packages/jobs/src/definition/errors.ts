import { type Duration, parseDuration } from '@drover/shared/duration';
import { CodedError } from '@drover/shared/errors';

/**
 * Thrown by a handler when trying again cannot help: the job fails at once, whatever attempts are
 * left. `code` is kebab-case and shown to clients; the default is `permanent`.
 */
export class PermanentError extends CodedError {
  constructor(message: string, options: { code?: string; cause?: unknown } = {}) {
    super(options.code ?? 'permanent', message, { cause: options.cause });
    this.name = 'PermanentError';
  }
}

/**
 * Thrown by a handler that cannot go on yet: the job waits for `delay` and runs again. It counts as
 * no failure and takes no attempt.
 */
export class RetryLater extends CodedError {
  readonly delayMs: number;

  constructor(delay: Duration, reason = 'not ready yet') {
    super('retry-later', reason);
    const ms = parseDuration(delay);
    if (ms === undefined) throw new TypeError(`RetryLater: "${delay}" is not a duration`);
    this.name = 'RetryLater';
    this.delayMs = ms;
  }
}
