import { expect, test } from 'vitest';
import { startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { keys, startApi } from './running-api.ts';

test('while Redis is gone operators get a 503; a pause outlives its restart', async () => {
  await using server = await startOwnRedis();
  await using api = await startApi({ REDIS_URL: server.url });
  const ask = (method: string, path: string) => api.ask(path, { method, key: keys.operator });
  expect(await ask('POST', '/queues/demo/pause')).toMatchObject({ status: 200 });
  await server.stop();
  const calls = [
    ['GET', '/queues'],
    ['GET', '/queues/demo'],
    ['POST', '/queues/demo/pause'],
    ['POST', '/queues/demo/resume'],
    ['GET', '/workers'],
  ] as const;
  for (const [method, path] of calls) {
    expect(await ask(method, path)).toMatchObject({
      status: 503,
      body: { type: '/problems/store-unavailable' },
    });
  }
  await server.startAgain();
  let answer = await ask('GET', '/queues/demo');
  while (answer.status === 503) answer = await ask('GET', '/queues/demo');
  expect(answer).toMatchObject({ status: 200, body: { paused: true } });
});
