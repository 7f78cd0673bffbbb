import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const echoOf = (json: string) => `{"type":"demo.echo","payload":{"value":${json}}}`;
const deepAround = (json: string) => `${'['.repeat(50_000)}${json}${']'.repeat(50_000)}`;

const sendBytes = (body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  api.ask('/jobs', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

test.each([
  ['a byte that is none', Buffer.from([0x22, 0xff, 0x22])],
  ['half a character', Buffer.from(echoOf('"é"')).subarray(0, -4)],
  ['a surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
])('%s of UTF-8 is malformed, and is not replaced', async (_what, bytes) => {
  expect(await sendBytes(Buffer.from(bytes))).toMatchObject({
    status: 400,
    body: { type: '/problems/malformed-json', detail: 'The body is not valid UTF-8.' },
  });
});

test('a byte order mark is passed over', async () => {
  expect((await sendBytes(Buffer.from(`\ufeff${echoOf('1')}`))).status).toBe(202);
});

test.each([
  ['application/json', 202],
  ['application/json; charset=utf-8', 202],
  ['Application/JSON;charset="UTF-8"', 202],
  ['application/json; charset=utf8; q=1', 202],
  ['application/json; charset=iso-8859-1', 415],
  ['application/json;charset="utf-16"', 415],
])('a body of type %s is answered with %d', async (type, status) => {
  const answer = await sendBytes(Buffer.from(echoOf('1')), { 'content-type': type });
  expect(answer.status).toBe(status);
});

test('a compressed body is refused', async () => {
  const answer = await sendBytes(gzipSync(echoOf('1')), { 'content-encoding': 'gzip' });
  expect(answer.status).toBe(415);
  expect(answer.headers.get('accept-encoding')).toBe('identity');
  expect(answer.body.type).toBe('/problems/unsupported-media-type');
  const plain = await sendBytes(Buffer.from(echoOf('1')), { 'content-encoding': 'identity' });
  expect(plain.status).toBe(202);
});

test.each([
  ['{"type":"demo.echo","payload":{},"__proto__":{}}', '__proto__', '/__proto__'],
  [echoOf('[{"__proto__":{"admin":true}}]'), '__proto__', '/payload/value/0/__proto__'],
  [echoOf('{"\\u005f_proto__":1}'), '__proto__', '/payload/value/__proto__'],
  [echoOf('{"constructor":{"prototype":{}}}'), 'constructor', '/payload/value/constructor'],
  [echoOf('{"c\\u006fnstructor":{"prototype":1}}'), 'constructor', '/payload/value/constructor'],
])('a name that pollutes prototypes is refused by name: %s', async (body, name, pointer) => {
  const answer = await api.submit(body);
  expect(answer).toMatchObject({
    status: 422,
    body: { type: '/problems/invalid-submission', errors: [{ pointer }] },
  });
  expect(answer.body.detail).toContain(`"${name}"`);
});

test.each(['"__proto__"', '{"constructor":"Bauhaus"}', '{"prototype":{}}', '"\\u005f"'])(
  'what only looks like one is taken: %s',
  async (value) => {
    const answer = await api.submit(echoOf(value));
    expect({ status: answer.status, payload: answer.body.payload }).toEqual({
      status: 202,
      payload: { value: JSON.parse(value) },
    });
  },
);

test.each(['9007199254740993', '-9007199254740993', '12345678901234567890'])(
  'the whole number %s is refused, because reading it would change it',
  async (number) => {
    const answer = await api.submit(echoOf(`{"a/b":[1,${number}]}`));
    expect(answer).toMatchObject({
      status: 422,
      body: {
        type: '/problems/invalid-submission',
        detail: expect.stringContaining('send it as a string'),
        errors: [
          { pointer: '/payload/value/a~1b/1', message: expect.stringContaining(`${number} `) },
        ],
      },
    });
  },
);

test.each([
  '9007199254740992',
  '"12345678901234567890"',
  '0.1234567890123456789',
  '1e20',
  '100000000000000000000',
])('the number %s is taken', async (number) => {
  const answer = await api.submit(echoOf(number));
  expect(answer.status).toBe(202);
  expect(answer.body.payload.value).toBe(JSON.parse(number));
});

test('a body that is nothing but such a number is refused too', async () => {
  expect((await api.submit('12345678901234567891')).body.errors[0].pointer).toBe('');
});

test('deep nesting around a long number, or around a forbidden name, harms nothing', async () => {
  for (const inner of ['12345678901234567891', '{"__proto__":1}']) {
    expect((await api.submit(echoOf(deepAround(inner)))).status).toBe(422);
  }
});
