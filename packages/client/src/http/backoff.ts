/** How long to wait between tries. Durations are milliseconds. */
export interface Backoff {
  /** Longest wait before the second try. */
  readonly baseMs: number;
  /** Longest wait before any. */
  readonly maxMs: number;
}

export const defaultBackoff: Backoff = { baseMs: 250, maxMs: 10_000 };

/**
 * Milliseconds to wait after the n-th failure: anything up to `min(max, base · 2^(n-1))`, so that
 * clients that failed together do not come back together ("full jitter": M. Brooker, "Exponential
 * Backoff And Jitter", AWS Architecture Blog, 2015).
 * @param failures how many tries have failed, from 1.
 * @param random from 0 to 1.
 */
export const backoffMs = (
  { baseMs, maxMs }: Backoff,
  failures: number,
  random: number = Math.random(),
): number => Math.round(Math.min(maxMs, baseMs * 2 ** (failures - 1)) * random);
