import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const routes = [
  ['GET', '/queues'],
  ['GET', '/queues/demo'],
  ['POST', '/queues/demo/pause'],
  ['POST', '/queues/demo/resume'],
  ['GET', '/workers'],
] as const;

test.each(routes)('%s %s is for operators', async (method, path) => {
  const statusFor = async (key: string | null) => (await api.ask(path, { method, key })).status;
  expect(await statusFor(null)).toBe(401);
  for (const key of [keys.acme, keys.submitOnly, keys.readOnly]) {
    expect(await statusFor(key)).toBe(403);
  }
  expect(await statusFor(keys.operator)).toBe(200);
  expect(await statusFor('dev')).toBe(200);
});

test.each(['', '/pause', '/resume'])(
  'a queue that there is not is 404: /queues/…%s',
  async (rest) => {
    const method = rest === '' ? 'GET' : 'POST';
    const ask = (name: string) => api.ask(`/queues/${name}${rest}`, { method, key: keys.operator });
    expect(await ask('demos')).toMatchObject({
      status: 404,
      body: {
        type: '/problems/queue-not-found',
        detail: 'There is no queue "demos". Did you mean "demo"?',
      },
    });
    for (const name of [
      'constructor',
      '__proto__',
      'DEMO',
      '%00',
      'demo%3Ameta',
      'x'.repeat(150),
    ]) {
      expect(await ask(name)).toMatchObject({
        status: 404,
        body: { type: '/problems/queue-not-found' },
      });
    }
  },
);

test('asking for a queue that there is not leaves no trace in Redis', async () => {
  await api.ask('/queues/nonsense/pause', { method: 'POST', key: keys.operator });
  expect(await api.queues.redis.keys(`*${api.config.redis.keyPrefix}*nonsense*`)).toEqual([]);
});
