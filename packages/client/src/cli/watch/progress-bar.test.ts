import fc from 'fast-check';
import { expect, test } from 'vitest';
import { progressBar } from './progress-bar.ts';

test('the bar fills by eighths of a cell', () => {
  expect([0, 0.25, 0.5, 0.53125, 1].map((fraction) => progressBar(fraction, 4))).toEqual([
    '░░░░',
    '█░░░',
    '██░░',
    '██▏░',
    '████',
  ]);
});

test('it is always as wide as asked, whatever the fraction', () => {
  fc.assert(
    fc.property(fc.double({ min: -1, max: 2, noNaN: true }), (fraction) => {
      expect(progressBar(fraction, 24)).toHaveLength(24);
    }),
  );
});
