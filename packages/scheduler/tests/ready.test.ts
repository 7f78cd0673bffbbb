import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { createStack } from '@drover/shared/lifecycle/stack';
import { silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { expect, inject, test } from 'vitest';
import { freePort } from '../../../scripts/stack/ports.ts';
import { testConfig } from '../../../tests/servers/configuration.ts';
import { createDatabase } from '../../../tests/servers/own-database.ts';
import { startProxy } from '../../../tests/servers/tcp-proxy.ts';
import { composeScheduler } from '../src/app.ts';

test('while Postgres is away the scheduler is not ready and says why; declared schedules stay', async () => {
  await using database = await createDatabase();
  await using proxy = await startProxy(database.url);
  const port = await freePort();
  const config = testConfig({
    NODE_ENV: 'production',
    DATABASE_URL: proxy.url,
    DATABASE_ACQUIRE_TIMEOUT: '500ms',
    SCHEDULER_PORT: String(port),
  });
  const log = silentLog();
  const stack = createStack(composeScheduler(config, log), log);
  await stack.start();
  const ready = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/ready`);
    const body = (await answer.json()) as { checks: Record<string, { status: string }> };
    return [answer.status, body.checks['postgres']?.status];
  };
  expect(await ready()).toEqual([200, 'ok']);

  proxy.isolate();
  proxy.drop();
  await expect.poll(ready, { timeout: 10_000 }).toEqual([503, 'failing']);
  const redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
  const repeat = createKeys(config.redis.keyPrefix).inQueue('schedules', 0, 'repeat');
  expect((await redis.zrange(repeat, '0', '-1')).toSorted()).toEqual([
    'system/purge-sessions',
    'system/refresh-job-stats',
  ]);

  proxy.restore();
  await expect.poll(ready, { timeout: 10_000 }).toEqual([200, 'ok']);
  await redisComponent(redis).stop(deadlineIn(1_000));
  await stack.stop(deadlineIn(5_000));
});
