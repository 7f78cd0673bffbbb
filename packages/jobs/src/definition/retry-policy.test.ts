import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffDelayMs, retryPolicy } from './retry-policy.ts';

const { backoff } = retryPolicy.parse({ backoff: { delay: '1s', max: '1m', jitter: 0 } });

test('exponential backoff doubles until its cap', () => {
  const delays = [1, 2, 3, 6, 7, 100].map((failures) => backoffDelayMs(backoff, failures));
  expect(delays).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
});

test('fixed backoff stays the same', () => {
  expect([1, 2, 9].map((n) => backoffDelayMs({ ...backoff, kind: 'fixed' }, n))).toEqual([
    1_000, 1_000, 1_000,
  ]);
});

test('jitter only ever shortens the wait, by its share at most', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), share, share, (failures, jitter, random) => {
      const full = backoffDelayMs(backoff, failures);
      const delay = backoffDelayMs({ ...backoff, jitter }, failures, random);
      expect(delay).toBeLessThanOrEqual(full);
      expect(delay).toBeGreaterThanOrEqual(Math.floor(full * (1 - jitter)));
    }),
  );
});
