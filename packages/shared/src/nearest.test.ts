import { expect, test } from 'vitest';
import { nearestName } from './nearest.ts';

const known = ['email.send', 'image.thumbnails', 'image.optimize'];

test.each([
  ['email.sent', 'email.send'],
  ['image.thumbnail', 'image.thumbnails'],
  ['image.optimise', 'image.optimize'],
])('%s was meant to be %s', (wrong, right) => {
  expect(nearestName(wrong, known)).toBe(right);
});

test('suggests nothing far-fetched', () => {
  expect(nearestName('report.generate', known)).toBeUndefined();
  expect(nearestName('x', [])).toBeUndefined();
});
