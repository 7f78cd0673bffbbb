import { duration } from '@drover/shared/duration';
import { z } from 'zod';

const backoff = z.strictObject({
  kind: z.enum(['fixed', 'exponential']).default('exponential'),
  delay: duration.prefault('1s'),
  max: duration.prefault('10m'),
  jitter: z.number().min(0).max(1).default(0.2),
});

/** Schema of a retry policy; its output has every field, durations in milliseconds. */
export const retryPolicy = z.strictObject({
  attempts: z.int().min(1).max(100).default(3),
  backoff: backoff.prefault({}),
});

/** As a job type states it; what it leaves out takes the defaults of {@link retryPolicy}. */
export type RetryPolicyInput = z.input<typeof retryPolicy>;
export type RetryPolicy = z.output<typeof retryPolicy>;
export type Backoff = RetryPolicy['backoff'];

/**
 * Milliseconds to wait after the n-th failure: `min(max, delay · 2^(n-1))` when exponential, `delay`
 * when fixed, of which jitter takes away a random share up to `jitter`, so that jobs that failed
 * together do not come back together.
 * @param failures how many attempts have failed, from 1.
 * @param random from 0 to 1; for tests.
 */
export const backoffDelayMs = (
  { kind, delay, max, jitter }: Backoff,
  failures: number,
  random: number = Math.random(),
): number => {
  const full = kind === 'fixed' ? delay : Math.min(max, delay * 2 ** (failures - 1));
  return Math.round(full * (1 - jitter * random));
};
