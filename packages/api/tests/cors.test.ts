import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';

const ours = 'https://app.example.com';

let closed: RunningApi;
let open: RunningApi;
beforeAll(async () => {
  [closed, open] = await Promise.all([startApi(), startApi({ CORS_ORIGINS: ours })]);
});
afterAll(async () => {
  await closed[Symbol.asyncDispose]();
  await open[Symbol.asyncDispose]();
});

const preflight = (api: RunningApi, origin: string, path = '/jobs') =>
  api.ask(path, {
    key: null,
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,idempotency-key',
    },
  });

const allowedOrigin = ({ headers }: { headers: Headers }) =>
  headers.get('access-control-allow-origin');

test('unless it is configured, no page of another origin may call the API', async () => {
  expect(allowedOrigin(await preflight(closed, ours))).toBeNull();
  const answer = await closed.ask('/job-types', { headers: { origin: ours } });
  expect({ status: answer.status, allowed: allowedOrigin(answer) }).toEqual({
    status: 200,
    allowed: null,
  });
});

test('a page of a configured origin may send what the API takes, without a key for the preflight', async () => {
  const answer = await preflight(open, ours);
  expect(answer.status).toBe(204);
  expect(allowedOrigin(answer)).toBe(ours);
  expect(answer.headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST, PATCH, DELETE');
  expect(answer.headers.get('access-control-allow-headers')).toMatch(
    /authorization, .*idempotency-key/,
  );
  expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
});

test('it may read the answer, refusals included, and its headers', async () => {
  for (const key of ['dev', null]) {
    const answer = await open.ask('/job-types', { key, headers: { origin: ours } });
    expect(allowedOrigin(answer)).toBe(ours);
    expect(answer.headers.get('vary')).toMatch(/origin/i);
    expect(answer.headers.get('access-control-expose-headers')).toMatch(/retry-after/);
  }
});

test('a page of another origin may not', async () => {
  expect(allowedOrigin(await preflight(open, 'https://evil.example'))).toBeNull();
  const answer = await open.ask('/job-types', { headers: { origin: 'https://evil.example' } });
  expect(allowedOrigin(answer)).toBeNull();
});

test('the admin pages are never open to other origins', async () => {
  const headers = {
    origin: ours,
    authorization: `Basic ${Buffer.from('me:dev').toString('base64')}`,
  };
  const answer = await open.ask('/admin/queues/api/queues', { key: null, headers });
  expect({ status: answer.status, allowed: allowedOrigin(answer) }).toEqual({
    status: 200,
    allowed: null,
  });
});
