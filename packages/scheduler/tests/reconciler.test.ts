import { createCatalog } from '@drover/jobs/catalog';
import { createSchedulePlace } from '@drover/jobs/schedules/place';
import { createPool } from '@drover/shared/database/pool';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { expect, inject, test, vi } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { startProxy } from '../../../tests/servers/tcp-proxy.ts';
import { declare } from '../src/schedules/declare.ts';
import { reconciler } from '../src/schedules/reconciler.ts';
import { catalog, hourly, logged, nightly, openReconcilers } from './running-reconciler.ts';

/** A scheduler whose connection to Redis can be cut. */
const setUp = async () => {
  const them = await openReconcilers();
  const proxy = await startProxy(inject('redisUrl'));
  const log = silentLog();
  const warn = vi.spyOn(log, 'warn');
  const redis = createRedis({
    url: proxy.url,
    purpose: 'producer',
    name: 'test',
    log: silentLog(),
  });
  const connection = redisComponent(redis);
  await connection.start();
  const { keys } = them.place;
  const place = createSchedulePlace({ redis, keys, log });
  const declared = declare([nightly], catalog);
  const component = reconciler({ declared, place, db: them.pool, catalog, log, lookMs: 20 });
  return {
    them,
    proxy,
    component,
    warned: () => vi.waitFor(() => expect(warn).toHaveBeenCalled(), { timeout: 5_000 }),
    [Symbol.asyncDispose]: async () => {
      await component.stop(deadlineIn(1_000));
      await place.component.stop(deadlineIn(1_000));
      await connection.stop(deadlineIn(1_000));
      await proxy[Symbol.asyncDispose]();
      await them[Symbol.asyncDispose]();
    },
  };
};

const installed = (them: Awaited<ReturnType<typeof setUp>>['them'], keys: string[]) =>
  vi.waitFor(async () => expect(await them.installed()).toEqual(keys), { timeout: 10_000 });

test('a scheduler whose connection breaks while it starts waits for Redis, then goes on', async () => {
  await using parts = await setUp();
  parts.proxy.isolate();
  const started = parts.component.start();
  await parts.warned();
  parts.proxy.restore();
  parts.proxy.drop();
  await started;
  await installed(parts.them, ['system/nightly-echo']);
});

test('one that is stopped meanwhile does not wait', async () => {
  await using parts = await setUp();
  parts.proxy.isolate();
  const started = parts.component.start();
  await parts.warned();
  await parts.component.stop(deadlineIn(1_000));
  await started;
});

test('schedules that Redis has lost are back before a round is due', async () => {
  await using parts = await setUp();
  const { them } = parts;
  await them.keep(hourly);
  await parts.component.start();
  await installed(them, ['acme/hourly', 'system/nightly-echo']);
  const { redis, keys } = them.place;
  await redis.del(await redis.keys(`${keys.partition(0)}*`));
  await installed(them, ['acme/hourly', 'system/nightly-echo']);
});

test('a schedule whose type is there no longer is reported once', async () => {
  await using them = await openReconcilers();
  await them.keep(hourly);
  const error = logged(them.log, 'error');
  const { place, log } = them;
  const bare = createCatalog({ production: false, types: [] });
  const component = reconciler({ declared: [], place, db: them.pool, catalog: bare, log });
  await component.start();
  await component.stop(deadlineIn(1_000));
  expect(error.mock.calls).toEqual([
    [{ type: 'demo.echo', schedules: ['acme/hourly'] }, expect.stringContaining('cannot run')],
  ]);
});

test('a scheduler starts while Postgres cannot be asked, and says so', async () => {
  await using them = await openReconcilers();
  const log = silentLog();
  const warn = vi.spyOn(log, 'warn');
  const url = 'postgres://nobody@127.0.0.1:1/none';
  const away = createPool({ url, max: 1, name: 'test', log, acquireTimeoutMs: 500 });
  const { redis } = them.place;
  const place = createSchedulePlace({ redis, keys: createKeys(randomPrefix()), log });
  const declared = declare([nightly], catalog);
  const component = reconciler({ declared, place, db: away, catalog, log });
  await component.start();
  expect(warn).toHaveBeenCalledWith(
    { reason: 'Postgres cannot be reached' },
    expect.stringContaining('only the declared ones'),
  );
  await component.stop(deadlineIn(1_000));
  await place.component.stop(deadlineIn(1_000));
  await away.end();
});
