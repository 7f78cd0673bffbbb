import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type S3Server, startS3Server } from '../../../tests/servers/s3-server.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

let server: S3Server;
let api: RunningApi;
let worker: AsyncDisposable;
const site = createServer((request, response) => {
  const body = request.url === '/large' ? 'x'.repeat(200_000) : '{"id":7}';
  const type = request.url === '/large' ? 'text/plain' : 'application/json';
  response.writeHead(200, { 'content-type': type }).end(body);
});
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  server = await startS3Server();
  api = await startApi({ ...server.environment, EGRESS_ALLOW: '127.0.0.1' });
  worker = await startWorkerOf(api);
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  site.closeAllConnections();
  site.close();
});

const request = async (payload: Record<string, unknown>) => {
  const headers = { prefer: 'wait=15' };
  return (await api.submit({ type: 'http.request', payload }, { headers })).body;
};

test('an answer is the result of the job', async () => {
  const payload = { method: 'POST', url, body: { a: 1 }, expect: { json: { '/id': 7 } } };
  expect(await request(payload)).toMatchObject({
    status: 'succeeded',
    result: { status: 200, bodyType: 'json', body: { id: 7 } },
  });
});

test('a large answer can be read from the artifact store, through the API', async () => {
  const { id, status, result } = await request({ method: 'GET', url: `${url}/large` });
  expect({ status, result }).toMatchObject({
    status: 'succeeded',
    result: { bodyType: 'artifact', artifact: { url: `/jobs/${id}/artifacts/body.txt` } },
  });
  const answer = await api.ask(result.artifact.url, { headers: { range: 'bytes=199998-' } });
  expect({ status: answer.status, text: answer.text }).toEqual({ status: 206, text: 'xx' });
});

test('an address that jobs may not reach fails the job at once', async () => {
  expect(await request({ method: 'GET', url: 'http://169.254.169.254/' })).toMatchObject({
    status: 'failed',
    attempts: { made: 1 },
    error: { code: 'egress-refused', retryable: false },
  });
});

test('a header of the connection is refused before there is a job', async () => {
  const answer = await api.submit({
    type: 'http.request',
    payload: { method: 'GET', url, headers: { Host: 'evil.example' } },
  });
  expect(answer).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/payload/headers/Host' }] },
  });
});
