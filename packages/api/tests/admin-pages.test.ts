import { deadLetterQueue } from '@drover/jobs/dead-letters/place';
import { queueNames } from '@drover/jobs/definition/queues';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`,
});
const visit = (path: string, headers: Record<string, string> = basic('dev'), method = 'GET') =>
  api.ask(path, { key: null, headers, method });

test.each([
  ['no key', {}],
  ['a wrong key', basic('nonsense')],
  ['a key that is no admin’s', basic(keys.operator)],
  ['a bearer key', { authorization: 'Bearer dev' }],
])('%s does not open bull-board', async (_what, headers: Record<string, string>) => {
  for (const path of ['/admin/queues', '/admin/queues/api/queues']) {
    const answer = await visit(path, headers);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    expect(answer.body.type).toBe('/problems/unauthorized');
  }
});

test('an admin key with any user name opens it, and nobody may frame it', async () => {
  const answer = await visit('/admin/queues');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
  expect(answer.headers.get('x-frame-options')).toBe('DENY');
});

test('those who come before it is loaded all see it', async () => {
  await using fresh = await startApi();
  const first = await Promise.all(
    Array.from({ length: 5 }, () =>
      fresh.ask('/admin/queues/api/queues', { key: null, headers: basic('dev') }),
    ),
  );
  expect(first.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
});

test('it takes the bodies of its page, and says what is wrong with others', async () => {
  const add = (body: string) =>
    api.ask('/admin/queues/api/queues/demo/add', {
      key: null,
      method: 'POST',
      headers: { ...basic('dev'), 'content-type': 'application/json' },
      body,
    });
  expect((await add('{"name":')).body.type).toBe('/problems/malformed-json');
  expect((await add(JSON.stringify('x'.repeat(1_100_000)))).status).toBe(413);
});

test('what it has nothing for is answered with problems', async () => {
  expect((await visit('/admin/queues/api/nonsense')).body.type).toBe('/problems/not-found');
  const wrong = await visit('/admin/queues/api/queues', basic('dev'), 'DELETE');
  expect(wrong).toMatchObject({ status: 405, body: { type: '/problems/method-not-allowed' } });
  expect(wrong.headers.get('allow')).toBe('GET, HEAD');
});

test('it shows every queue with live counts', async () => {
  const countsOf = async () => {
    const { body } = await visit('/admin/queues/api/queues');
    const queues: { name: string; counts: Record<string, number> }[] = body.queues;
    const present = (counts: Record<string, number>) =>
      Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
    return Object.fromEntries(queues.map(({ name, counts }) => [name, present(counts)]));
  };
  const all = [...queueNames, deadLetterQueue].map((name) => [name, {}]);
  expect(await countsOf()).toEqual(Object.fromEntries(all));
  await api.submit({ type: 'demo.echo', payload: { value: 1 } });
  await api.submit({ type: 'demo.echo', payload: { value: 1 }, options: { delay: '1h' } });
  expect(await countsOf()).toMatchObject({ mail: {}, demo: { prioritized: 1, delayed: 1 } });
});

const pause = '/admin/queues/api/queues/demo/pause';

test.each([
  [{ 'sec-fetch-site': 'cross-site' }],
  [{ 'sec-fetch-site': 'same-site' }],
  [{ origin: 'https://evil.example' }],
  [{ origin: 'null' }],
])('a write that another site started is refused: %j', async (from: Record<string, string>) => {
  const answer = await visit(pause, { ...basic('dev'), ...from }, 'PUT');
  expect(answer).toMatchObject({ status: 403, body: { type: '/problems/cross-site' } });
  expect(await api.queues.get('demo', 0).isPaused()).toBe(false);
});

test('a write from the page itself is done', async () => {
  const own = { origin: api.url, 'sec-fetch-site': 'same-origin' };
  expect((await visit(pause, { ...basic('dev'), ...own }, 'PUT')).status).toBe(200);
  expect(await api.queues.get('demo', 0).isPaused()).toBe(true);
  const resume = pause.replace('pause', 'resume');
  expect((await visit(resume, { ...basic('dev'), origin: api.url }, 'PUT')).status).toBe(200);
  expect(await api.queues.get('demo', 0).isPaused()).toBe(false);
});
