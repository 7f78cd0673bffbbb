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

test.each(['Bearer', 'Bearer ', 'Basic ZGV2OmRldg==', 'dev', 'Bearer dev dev'])(
  'the header %j is no key',
  async (authorization) => {
    const answer = await api.ask('/job-types', { key: null, headers: { authorization } });
    expect(answer.status).toBe(401);
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
