import { fastify } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerClientError } from '../src/errors/client-errors.ts';
import { nodeOptions } from '../src/http/node-options.ts';
import { exchangeRawly } from './raw-connection.ts';

/** A server that waits less long than the API, for the sake of the test. */
const server = fastify({
  requestTimeout: 200,
  http: nodeOptions(200),
  clientErrorHandler: answerClientError,
});
server.post('/jobs', async () => ({}));
server.get('/slow-answer', async () => {
  await new Promise((resolve) => setTimeout(resolve, 600));
  return {};
});

let url: string;
beforeAll(async () => {
  url = await server.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => server.close());

test.each([
  ['head', 'POST /jobs HTTP/1.1\r\nhost: a\r\n'],
  [
    'body',
    'POST /jobs HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
  ],
])('a %s that does not end is answered with 408, and hung up on', async (_what, request) => {
  const answer = await exchangeRawly(url, request);
  expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(answer).toContain('/problems/request-timeout');
});

test('a request that is complete may wait for its answer', async () => {
  const request = 'GET /slow-answer HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';
  expect(await exchangeRawly(url, request)).toMatch(/^HTTP\/1\.1 200/);
});
