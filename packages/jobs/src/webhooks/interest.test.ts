import { expect, test } from 'vitest';
import { matchesType } from './interest.ts';

test.each([
  ['image.optimize', 'image.optimize', true],
  ['image.optimize', 'image.thumbnails', false],
  ['image.*', 'image.optimize', true],
  ['image.*', 'images.optimize', false],
  ['image.*', 'image', false],
  ['*', 'image.optimize', true],
  ['*.send', 'email.send', true],
  ['*.send', 'email.send.later', false],
  ['a.*', 'a.b.c', true],
  ['a.*.c', 'a.b.c', true],
  ['a.*.c', 'a.b.d', false],
  ['a', 'a.b', false],
])('%s and %s: %s', (pattern, type, matches) => {
  expect(matchesType(pattern, type)).toBe(matches);
});
