import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { expect, test } from 'vitest';
import { queueFixture } from './queue-fixtures.ts';
import { keys, type RunningApi, startApi } from './running-api.ts';

/** What Redis is made to do for one `GET /queues`: by the API, and by its scripts. */
const commandsOf = async (api: RunningApi) => {
  const { url } = api.config.redis;
  const redis = createRedis({ url, purpose: 'worker', name: 'test', log: silentLog() });
  const observer = await redis.monitor();
  const sent: string[] = [];
  const inside: string[] = [];
  observer.on('monitor', (_time, [command, ...rest]: string[], source: string) => {
    if (!rest.some((part) => part.includes(`{${api.config.redis.keyPrefix}-`))) return;
    (source === 'lua' ? inside : sent).push(String(command).toLowerCase());
  });
  expect((await api.ask('/queues', { key: keys.operator })).status).toBe(200);
  await redis.ping();
  observer.disconnect();
  await redisComponent(redis).stop(deadlineIn(1_000));
  return { sent, inside };
};

test('all queues cost one command for each queue and partition, whatever the backlog', async () => {
  await using api = await startApi({ PARTITIONS: '2' });
  await api.ask('/queues', { key: keys.operator });
  await using fixture = queueFixture(api, 'demo', 1);
  for (const priority of [1, 2, 3]) await fixture.waiting(priority);
  await fixture.queue.add('demo.echo', {});
  const before = await commandsOf(api);
  expect(before.sent).toEqual(Array.from({ length: 6 }, () => 'evalsha'));

  const more = { name: 'demo.echo', data: {} };
  await fixture.queue.addBulk(
    [0, 1, 2, 3].flatMap((priority) =>
      Array.from({ length: 100 }, () => ({ ...more, opts: { priority } })),
    ),
  );
  const after = await commandsOf(api);
  expect(after.sent).toEqual(before.sent);
  // The other end of a list is a job of its own now.
  expect(after.inside.length - before.inside.length).toBeLessThanOrEqual(2);
});
