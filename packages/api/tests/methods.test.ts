import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

test.each([
  ['PUT', '/jobs', ['POST']],
  ['PATCH', '/jobs/demo.0.x', ['GET', 'HEAD']],
  ['POST', '/job-types', ['GET', 'HEAD']],
  ['DELETE', '/live', ['GET', 'HEAD']],
  ['OPTIONS', '/live', ['GET', 'HEAD']],
])('%s %s is 405 and names what is allowed', async (method, path, expected) => {
  const answer = await api.ask(path, { method, key: null });
  expect(answer).toMatchObject({ status: 405, body: { type: '/problems/method-not-allowed' } });
  expect(answer.headers.get('allow')?.split(', ')).toEqual(expect.arrayContaining(expected));
});

test('a path that no route has is 404 whatever the method', async () => {
  for (const method of ['GET', 'POST', 'PUT', 'OPTIONS']) {
    expect((await api.ask('/nothing', { method })).status).toBe(404);
  }
});

test('a body sent to a wrong method is not read', async () => {
  const answer = await api.ask('/jobs', {
    method: 'PUT',
    body: '<job/>',
    headers: { 'content-type': 'application/xml' },
  });
  expect(answer.status).toBe(405);
});
