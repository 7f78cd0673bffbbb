import { afterAll, beforeAll, expect, test } from 'vitest';
import { exchangeRawly } from './raw-connection.ts';
import { keys, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const hangUp = 'connection: close\r\n\r\n';

test.each([
  ['what is no HTTP', 'HELLO\r\n\r\n', 400, 'bad-request'],
  [
    'headers that never end',
    `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}`,
    431,
    'headers-too-large',
  ],
  [
    'a length that is none',
    'POST /jobs HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n',
    400,
    'bad-request',
  ],
  [
    'two lengths',
    'POST /jobs HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    400,
    'bad-request',
  ],
  ['no Host', `GET /live HTTP/1.1\r\n${hangUp}`, 400, 'bad-request'],
  [
    'an expectation',
    `POST /jobs HTTP/1.1\r\nhost: a\r\nexpect: tea\r\n${hangUp}`,
    417,
    'expectation-failed',
  ],
  ['a broken URL', `GET /jobs/%ff HTTP/1.1\r\nhost: a\r\n${hangUp}`, 400, 'bad-request'],
  [
    'a segment that is too long',
    `GET /jobs/${'x'.repeat(300)} HTTP/1.1\r\nhost: a\r\n${hangUp}`,
    404,
    'not-found',
  ],
])('%s is answered with a labelled problem', async (_what, request, status, code) => {
  const answer = await exchangeRawly(api.url, request);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [A-Z]`));
  expect(head).toMatch(/^content-type: application\/problem\+json; charset=utf-8$/im);
  expect(head).toMatch(/^x-request-id: [\w-]{36}$/im);
  expect(head).toMatch(/^x-content-type-options: nosniff$/im);
  expect(JSON.parse(body)).toMatchObject({ type: `/problems/${code}`, status });
});

const submission = (): string => {
  const body = JSON.stringify({ type: 'demo.echo', payload: { value: 1 } });
  return [
    'POST /jobs HTTP/1.1',
    'host: a',
    `authorization: Bearer ${keys.acme}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
};

test('broken bytes after a submission close the connection: no answer could be taken for its own', async () => {
  expect(await exchangeRawly(api.url, `${submission()}GARBAGE\r\n\r\n`)).toBe('');
});

test('what is pipelined behind a submission is answered in order', async () => {
  const answers = await exchangeRawly(
    api.url,
    `${submission()}GET /live HTTP/1.1\r\nhost: a\r\n${hangUp}`,
  );
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 202', 'HTTP/1.1 200']);
});

test('HTTP/1.0 needs no Host', async () => {
  expect(await exchangeRawly(api.url, 'GET /live HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200/);
});

test('a problem quotes at most 500 characters of the request', async () => {
  const path = `/nothing/${'a'.repeat(5_000)}`;
  const { body } = await api.ask(path);
  expect(body.instance).toHaveLength(500);
  expect(path.startsWith(body.instance.slice(0, -1))).toBe(true);
  const typed = await api.submit({ type: 'x'.repeat(10_000), payload: {} });
  expect(typed.text.length).toBeLessThan(2_000);
});

test('a body whose chunks are broken is answered: the request is not complete', async () => {
  const head = submission().split('content-length')[0];
  const answer = await exchangeRawly(
    api.url,
    `${head}transfer-encoding: chunked\r\n\r\n5\r\n{"typ\r\nGARBAGE`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain('/problems/bad-request');
});
