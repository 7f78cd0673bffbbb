import { expect, test } from 'vitest';
import { type Hop, redirected } from './redirect.ts';

const hop = (changes: Partial<Hop> = {}): Hop => ({
  method: 'POST',
  url: 'https://a.example/dir/page?q=1',
  headers: {
    authorization: 'Bearer secret',
    cookie: 'session=1',
    'x-api-key': 'secret',
    accept: 'text/plain',
    'content-type': 'application/json',
    'content-language': 'de',
    'idempotency-key': 'k',
  },
  body: '{}',
  ...changes,
});

test.each([
  [200, null],
  [302, null],
  [304, '/x'],
  [300, '/x'],
])('%d with Location %s is no redirect', (status, location) => {
  expect(redirected(hop(), { status, location })).toBeUndefined();
});

test.each([
  [301, 'POST', 'GET'],
  [302, 'POST', 'GET'],
  [303, 'POST', 'GET'],
  [303, 'PUT', 'GET'],
  [303, 'HEAD', 'HEAD'],
  [301, 'PUT', 'PUT'],
  [302, 'DELETE', 'DELETE'],
  [307, 'POST', 'POST'],
  [308, 'PATCH', 'PATCH'],
])('%d turns %s into %s', (status, method, expected) => {
  const next = redirected(hop({ method }), { status, location: '/x' });
  const isRewritten = method !== expected;
  expect(next).toMatchObject({ method: expected, body: isRewritten ? undefined : '{}' });
  expect('content-type' in (next?.headers ?? {})).toBe(!isRewritten);
  expect('content-language' in (next?.headers ?? {})).toBe(!isRewritten);
});

test.each([
  ['/x', 'https://a.example/x'],
  ['x', 'https://a.example/dir/x'],
  ['?r=2', 'https://a.example/dir/page?r=2'],
  ['https://a.example:443/x', 'https://a.example/x'],
])('within the origin, %s keeps all headers', (location, url) => {
  expect(redirected(hop(), { status: 307, location })).toMatchObject({
    url,
    headers: hop().headers,
  });
});

test.each(['https://b.example/', '//b.example/', 'http://a.example/', 'https://a.example:8443/'])(
  'to %s, whatever may be a secret is lost',
  (location) => {
    expect(redirected(hop(), { status: 307, location })?.headers).toEqual({
      accept: 'text/plain',
      'content-type': 'application/json',
      'idempotency-key': 'k',
    });
  },
);

test.each([
  'ftp://a.example/',
  'file:///etc/passwd',
  'data:text/plain,x',
  'javascript:1',
  'http://',
])('to %s is refused', (location) => {
  expect(() => redirected(hop(), { status: 302, location })).toThrow(
    expect.objectContaining({ code: 'redirect-refused' }),
  );
});
