import { expect, inject, test } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { startProxy } from '../../../tests/servers/tcp-proxy.ts';
import { createKeys } from '../src/keys.ts';
import { deadlineIn } from '../src/lifecycle/deadline.ts';
import { silentLog } from '../src/log.ts';
import { createQueueSet } from '../src/queues/queue-set.ts';
import { createRedis, redisComponent } from '../src/redis/connections.ts';
import { isRedisUnavailable } from '../src/redis/unavailable.ts';

test('a queue that is first asked for while Redis does not answer works when it does', async () => {
  await using proxy = await startProxy(inject('redisUrl'));
  const log = silentLog();
  const redis = createRedis({ url: proxy.url, purpose: 'producer', name: 'test', log });
  const connection = redisComponent(redis);
  await connection.start();
  const queues = createQueueSet({ redis, keys: createKeys(randomPrefix()), log });

  proxy.isolate();
  const add = () => queues.get('demo', 0).add('demo.echo', {});
  expect(isRedisUnavailable(await add().catch((err: unknown) => err))).toBe(true);
  proxy.restore();
  proxy.drop();
  const added = async () => (await add().catch(() => undefined))?.id;
  await expect.poll(added, { timeout: 5_000 }).toBeDefined();

  await queues.get('demo', 0).obliterate({ force: true });
  await queues.stop(deadlineIn(1_000));
  await connection.stop(deadlineIn(1_000));
});
