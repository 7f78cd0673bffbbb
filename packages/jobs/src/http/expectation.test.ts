import { describe, expect, test } from 'vitest';
import { expectation, faultOf, takesStatus } from './expectation.ts';

test.each([
  [undefined, 204, true],
  [undefined, 304, false],
  [404, 404, true],
  [404, 200, false],
  ['4xx', 418, true],
  ['200-204', 204, true],
  ['200-204', 205, false],
  [[200, '5xx'], 503, true],
  [[200, '5xx'], 201, false],
])('%j takes %d: %s', (status, actual, takes) => {
  expect(takesStatus(expectation.parse({ status }), actual)).toBe(takes);
});

describe('of a body', () => {
  const value = { a: { b: [1, { c: null }] }, '': 'empty', 'x/y~z': true, n: 1 };
  const body = { shown: { bodyType: 'json', body: value } as const, text: JSON.stringify(value) };
  const faultWith = (wanted: unknown) => faultOf(expectation.parse(wanted), body);

  test.each([
    {},
    { contains: '"empty"' },
    { json: { '/n': 1 } },
    { json: { '/a/b/1/c': null } },
    { json: { '/': 'empty', '/x~1y~0z': true } },
    { json: { '': { n: 1, '': 'empty', 'x/y~z': true, a: { b: [1, { c: null }] } } } },
  ])('%j is fulfilled', (wanted) => {
    expect(faultWith(wanted)).toBeUndefined();
  });

  test.each([
    [{ contains: 'none' }, 'expected text'],
    [{ json: { '/n': 2 } }, 'expected value at "/n"'],
    [{ json: { '/n': '1' } }, 'expected value at "/n"'],
    [{ json: { '/a/b': [1] } }, 'expected value at "/a/b"'],
    [{ json: { '/a/b/length': 2 } }, 'expected value at "/a/b/length"'],
    [{ json: { '/none': null } }, 'expected value at "/none"'],
    [{ json: { '/constructor': null } }, 'expected value at "/constructor"'],
  ])('%j is not', (wanted, fault) => {
    expect(faultWith(wanted)).toContain(fault);
  });

  test('what became an artifact is not looked into', () => {
    const artifact = { job: 'j', name: 'n', size: 1, mediaType: 't', url: 'u' };
    const large = { shown: { bodyType: 'artifact', artifact } as const, text: '' };
    expect(faultOf(expectation.parse({}), large)).toBeUndefined();
    expect(faultOf(expectation.parse({ contains: 'x' }), large)).toContain('too large');
  });
});
