import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor, startCursor } from './cursor.ts';

test('a cursor is the same after it was written', () => {
  const cursor = { workflow: 'r', steps: 'dddrqbbbbbbbbbbbb' };
  expect(encodeCursor(cursor)).toBe('r.3d1r1q12b');
  expect(decodeCursor('r.3d1r1q12b', 17)).toEqual(cursor);
});

test.each(['', 'r', 'r.', 'r.2d', 'r.9999d', '?.3d', 'r.03d', 'r.3d\n'])(
  'what is no cursor of a workflow of three steps begins anew: %j',
  (id) => expect(decodeCursor(id, 3)).toEqual(startCursor(3)),
);
