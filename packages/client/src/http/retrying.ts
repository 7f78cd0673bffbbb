import { DroverError } from '../error.ts';
import { type Backoff, backoffMs, defaultBackoff } from './backoff.ts';
import { sleep } from './deadline.ts';

/**
 * When a request may be made again:
 * - `always`: doing it twice is doing it once;
 * - `when-refused`: only after an answer that says that nothing was done.
 */
export type RetryRule = 'always' | 'when-refused';

/** A request that was about to be made again. */
export interface RetryNotice {
  error: DroverError;
  /** How many times it was made. */
  attempts: number;
  /** Milliseconds until the next time. */
  waitMs: number;
}

export interface RetryPolicy {
  /** How often a request is made again after the first time. */
  readonly retries: number;
  readonly backoff: Backoff;
  /** Called before each wait. */
  readonly onRetry?: ((notice: RetryNotice) => void) | undefined;
  /** Waits; for tests. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export const defaultRetries = 4;

export const defaultRetryPolicy: RetryPolicy = {
  retries: defaultRetries,
  backoff: defaultBackoff,
  sleep,
};

/** Longest `Retry-After` that is waited for; when the server asks for more, the error is the caller's. */
export const maxRetryAfterMs = 60_000;

/** Passing faults: of the way there, of load, of a server that restarts. */
const passing: readonly number[] = [408, 425, 429, 500, 502, 503, 504];
/** Nothing is there, or what stands before it finds nothing there: it may be back after a while. */
const isAway = ({ code, status = 0 }: DroverError): boolean =>
  code === 'network-error' || code === 'timed-out' || [502, 503, 504].includes(status);
/** With these the server has not begun. */
const refused: readonly number[] = [425, 429];

const mayRetry = ({ code, status }: DroverError, rule: RetryRule): boolean => {
  if (rule === 'when-refused') return status !== undefined && refused.includes(status);
  if (code === 'network-error' || code === 'timed-out') return true;
  return status !== undefined && passing.includes(status);
};

/** How a request may be made again. */
export interface RetryOptions {
  rule: RetryRule;
  policy: RetryPolicy;
  /** Whether a server that is away is tried until it is back, however often that is; default never. */
  isPatient?: () => boolean;
  signal?: AbortSignal;
}

/** Milliseconds to wait before the next try; undefined when there is to be none. */
const nextWaitMs = (
  error: DroverError,
  attempts: number,
  { rule, policy, isPatient = () => false }: RetryOptions,
): number | undefined => {
  const isLimited = !(isAway(error) && isPatient());
  if ((isLimited && attempts > policy.retries) || !mayRetry(error, rule)) return undefined;
  const { retryAfterMs = 0 } = error;
  if (retryAfterMs > maxRetryAfterMs) return undefined;
  return retryAfterMs + backoffMs(policy.backoff, attempts);
};

/**
 * Makes a request until it succeeds, fails for good or has been tried often enough: after backoff,
 * and never sooner than `Retry-After` says.
 */
export const retrying = async <T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> => {
  const { policy, signal } = options;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (err) {
      if (!(err instanceof DroverError)) throw err;
      err.attempts = attempts;
      const waitMs = nextWaitMs(err, attempts, options);
      if (waitMs === undefined) throw err;
      policy.onRetry?.({ error: err, attempts, waitMs });
      await policy.sleep(waitMs, signal);
    }
  }
};
