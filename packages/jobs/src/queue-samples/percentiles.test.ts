import { expect, test } from 'vitest';
import { histogramOf, percentileOf } from './percentiles.ts';

test('percentiles are within 5 % of the durations', () => {
  const durations = Array.from({ length: 1_000 }, (_, n) => n + 1);
  const histogram = histogramOf(durations);
  for (const share of [0.5, 0.95, 0.99]) {
    const found = percentileOf(histogram, share) ?? 0;
    expect(Math.abs(found / (share * 1_000) - 1)).toBeLessThan(0.055);
  }
});

test('the shortest and the longest durations have a class', () => {
  expect(percentileOf(histogramOf([0]), 0.5)).toBe(1);
  expect(percentileOf(histogramOf([Number.MAX_SAFE_INTEGER]), 0.5)).toBeGreaterThan(86_400_000);
});

test('of no durations there is none', () => {
  expect(percentileOf(histogramOf([]), 0.5)).toBeNull();
  expect(percentileOf([null, 0], 0.95)).toBeNull();
});
