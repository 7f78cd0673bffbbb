import { describe, expect, test } from 'vitest';
import { httpRequest } from './http-request.ts';

const check = (payload: Record<string, unknown>) =>
  httpRequest.payload.safeParse({ method: 'GET', url: 'https://example.com/', ...payload });

const faultsOf = (payload: Record<string, unknown>): string =>
  check(payload)
    .error?.issues.map(({ path, message }) => `${path.join('/')}: ${message}`)
    .join('\n') ?? '';

test('a method and a URL are enough', () => {
  expect(check({}).data).toEqual({
    method: 'GET',
    url: 'https://example.com/',
    expect: { status: '2xx' },
    followRedirects: true,
    idempotencyKey: true,
  });
});

test.each([
  ['ftp://example.com/', 'expected an http or https URL'],
  ['file:///etc/passwd', 'expected an http or https URL'],
  ['example.com', 'expected an http or https URL'],
  ['https://user:secret@example.com/', 'no user name or password'],
  ['https://user@example.com/', 'no user name or password'],
])('the URL %s is refused', (url, fault) => {
  expect(faultsOf({ url })).toContain(fault);
});

test('a URL that is too long is refused', () => {
  const url = `https://example.com/${'x'.repeat(3_000)}`;
  expect(faultsOf({ url })).toBe('url: expected 2048 characters at most');
});

describe('headers', () => {
  test('of any other name are taken as they are', () => {
    const headers = { 'X-Api-Key': 'a', Accept: 'text/plain', authorization: 'Bearer x' };
    expect(check({ headers }).data?.headers).toEqual(headers);
  });

  test.each([
    'Host',
    'content-length',
    'Connection',
    'keep-alive',
    'Transfer-Encoding',
    'TE',
    'Trailer',
    'Upgrade',
    'Expect',
    'Proxy-Authorization',
    'Proxy-Connection',
    'HTTP2-Settings',
  ])('%s is refused', (name) => {
    expect(faultsOf({ headers: { [name]: 'x' } })).toContain(`"${name}" is set by Drover alone`);
  });

  test.each([
    ['a name with a line break', { 'x\r\ny': '1' }],
    ['a name with a space', { 'x y': '1' }],
    ['no name', { '': '1' }],
    ['a value with a line break', { x: '1\r\nhost: evil' }],
    ['a value with a lone line feed', { x: '1\nhost: evil' }],
    ['a value with NUL', { x: 'a\0b' }],
    ['a value that is no bytes', { x: 'snow ☃' }],
    ['a value that is too long', { x: 'x'.repeat(9_000) }],
    ['one twice', { 'X-A': '1', 'x-a': '2' }],
    ['too many', Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`x-${n}`, '1']))],
  ])('%s is refused', (_what, headers) => {
    expect(check({ headers }).success).toBe(false);
  });
});

describe('a body', () => {
  test.each(['GET', 'HEAD', 'OPTIONS'])('does not go with %s', (method) => {
    expect(faultsOf({ method, body: 'x' })).toBe(`body: ${method} takes no body`);
    expect(faultsOf({ method, bodyFrom: { base64: 'eA==' } })).toContain('takes no body');
  });

  test('is one of the two', () => {
    expect(check({ method: 'POST', body: null }).success).toBe(true);
    expect(check({ method: 'POST', bodyFrom: { base64: 'eA==' } }).success).toBe(true);
    expect(faultsOf({ method: 'POST', body: 'x', bodyFrom: { base64: 'eA==' } })).toContain(
      'not both',
    );
  });
});

test.each(['CONNECT', 'TRACE', 'get', 'BREW'])('the method %s is refused', (method) => {
  expect(check({ method }).success).toBe(false);
});

test.each([
  { status: '6xx' },
  { status: 99 },
  { status: [] },
  { status: '200,201' },
  { json: { id: 1 } },
  { contains: '' },
  { body: 1 },
])('the expectation %j is refused', (expectation) => {
  expect(check({ expect: expectation }).success).toBe(false);
});
