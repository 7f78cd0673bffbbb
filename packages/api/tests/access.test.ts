import { fastify } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireKey } from '../src/auth/bearer.ts';
import { createKeyRing } from '../src/auth/key-ring.ts';
import { keys, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const echo = { type: 'demo.echo', payload: { value: 1 } };

test('a key does what its roles say and no more', async () => {
  const statusOf = async (key: string) => [
    (await api.submit(echo, { key })).status,
    (await api.ask('/job-types', { key })).status,
  ];
  expect(await statusOf(keys.acme)).toEqual([202, 200]);
  expect(await statusOf(keys.submitOnly)).toEqual([202, 403]);
  expect(await statusOf(keys.readOnly)).toEqual([403, 200]);
  expect(await statusOf(keys.operator)).toEqual([403, 403]);
});

test('the development key is an admin of the tenant dev', async () => {
  const answer = await api.submit(echo, { key: 'dev' });
  expect(answer).toMatchObject({ status: 202, body: { tenant: 'dev' } });
});

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

const askWith = (authorization: string, init: { method?: string; accept?: string } = {}) =>
  api.ask('/job-types', {
    key: null,
    headers: { authorization, ...(init.accept && { accept: init.accept }) },
    ...(init.method && { method: init.method }),
  });

test.each([
  'Bearer',
  'Bearer ',
  'dev',
  'Bearer dev dev',
  'Digest dev',
  'Basic',
  'Basic dev',
  basic('dev', ''),
  basic('', 'unknown'),
  basic(keys.acme, 'unknown'),
])('the header %j is no key', async (authorization) => {
  const answer = await askWith(authorization);
  expect(answer).toMatchObject({ status: 401, body: { type: '/problems/unauthorized' } });
  expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="drover"');
});

test.each(['GET', 'HEAD'])('%s takes the key as the password of Basic too', async (method) => {
  for (const user of ['', 'anyone', 'naïve']) {
    expect((await askWith(basic(user, keys.acme), { method })).status).toBe(200);
  }
});

test('Basic is refused where something would change: a browser sends it for any site', async () => {
  const headers = { authorization: basic('anyone', keys.acme) };
  const before = await api.countJobs();
  const answers = [
    await api.submit(echo, { key: null, headers }),
    await api.ask('/jobs/any', { key: null, method: 'DELETE', headers }),
  ];
  for (const answer of answers) {
    expect(answer).toMatchObject({
      status: 401,
      body: { detail: expect.stringContaining('"Authorization: Bearer <key>"') },
    });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="drover"');
  }
  expect(await api.countJobs()).toBe(before);
});

test.each(['text/html,application/xhtml+xml', 'text/event-stream'])(
  'a browser that wants %s is told to ask for a key',
  async (accept) => {
    const answer = await askWith('Bearer unknown', { accept });
    expect(answer.headers.get('www-authenticate')).toBe('Basic realm="drover", charset="UTF-8"');
  },
);

test('the scheme may be written in any case', async () => {
  const headers = { authorization: `bearer ${keys.acme}` };
  expect((await api.ask('/job-types', { key: null, headers })).status).toBe(200);
});

test('in production there is no key built in: requests and readiness fail, saying what to do', async () => {
  await using production = await startApi({ NODE_ENV: 'production', API_KEYS: '' });
  expect(await production.ask('/job-types', { key: 'dev' })).toMatchObject({
    status: 503,
    body: { type: '/problems/keys-missing', detail: expect.stringContaining('API_KEYS') },
  });
  expect(await production.ask('/ready', { key: null })).toMatchObject({
    status: 503,
    body: { checks: { keys: { status: 'failing' }, redis: { status: 'ok' } } },
  });
  expect((await production.ask('/live', { key: null })).status).toBe(200);
});

test('a route that names no role keeps the server from starting', async () => {
  const app = fastify();
  const registered = app.register(async (scope) => {
    requireKey(scope, createKeyRing([], { production: false }));
    scope.get('/open', async () => 'everything');
  });
  await expect(registered).rejects.toMatchObject({ code: 'route-without-role' });
});
