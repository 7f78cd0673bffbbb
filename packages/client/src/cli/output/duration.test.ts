import { expect, test } from 'vitest';
import { describeAge, describeDuration } from './duration.ts';

test.each([
  [-5, '0 ms'],
  [999, '999 ms'],
  [1_000, '1.0 s'],
  [59_999, '59.9 s'],
  [60_000, '1 min'],
  [3_599_999, '59 min'],
  [7_200_000, '2 h'],
  [47 * 3_600_000, '47 h'],
  [72 * 3_600_000, '3 d'],
])('%i ms is %s', (ms, text) => {
  expect(describeDuration(ms)).toBe(text);
});

test('an age is the time since', () => {
  expect(describeAge('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1, 0, 5))).toBe('5 min');
});
