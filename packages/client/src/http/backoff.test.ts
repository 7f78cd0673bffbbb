import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

const backoff = { baseMs: 100, maxMs: 1_000 };

test('the longest wait doubles with every failure until its cap', () => {
  const longest = [1, 2, 3, 4, 5, 6, 2_000].map((failures) => backoffMs(backoff, failures, 1));
  expect(longest).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
});

test('the wait is anything up to that', () => {
  const failures = fc.integer({ min: 1, max: 100 });
  fc.assert(
    fc.property(failures, fc.double({ min: 0, max: 1, noNaN: true }), (count, random) => {
      const wait = backoffMs(backoff, count, random);
      expect(wait).toBe(Math.round(backoffMs(backoff, count, 1) * random));
    }),
  );
});
