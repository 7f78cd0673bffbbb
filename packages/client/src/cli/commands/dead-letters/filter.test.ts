import { expect, test } from 'vitest';
import { filterOf, instantOf, meantBy } from './filter.ts';

const now = Date.UTC(2026, 0, 2);

test.each([
  ['30s', '2026-01-01T23:59:30.000Z'],
  ['2h', '2026-01-01T22:00:00.000Z'],
  ['1d', '2026-01-01T00:00:00.000Z'],
  ['999999999d', '1970-01-01T00:00:00.000Z'],
  ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
  ['yesterday', 'yesterday'],
])('the time %s is %s', (text, instant) => {
  expect(instantOf(text, now)).toBe(instant);
});

test('only what was given is asked for', () => {
  expect(filterOf({})).toEqual({});
  expect(filterOf({ type: 'a', all: true })).toEqual({ type: 'a' });
});

test('what changes something needs one target', () => {
  expect(meantBy('x', {})).toEqual({ id: 'x' });
  expect(meantBy(undefined, { all: true })).toEqual({ which: 'all' });
  expect(meantBy(undefined, { code: 'c' })).toEqual({ which: { code: 'c' } });
  for (const [id, options] of [
    [undefined, {}],
    ['x', { all: true }],
    ['x', { code: 'c' }],
    [undefined, { all: true, code: 'c' }],
  ] as const) {
    expect(() => meantBy(id, options)).toThrow('one of the three');
  }
});
