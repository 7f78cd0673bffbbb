import { expect, test } from 'vitest';
import { parseDuration } from './duration.ts';

test.each([
  ['250ms', 250],
  ['30s', 30_000],
  ['5m', 300_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  ['1.5s', 1_500],
  [1_000, 1_000],
  ['1000', 1_000],
  [0, 0],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', 'soon', '-5s', '5 minutes', '1e3', Number.NaN, -1, '999999d', Infinity])(
  '%s is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);
