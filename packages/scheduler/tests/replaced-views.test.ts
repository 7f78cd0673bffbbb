import { prepareDatabase } from '@drover/jobs/database/prepare';
import { readCachedPage } from '@drover/jobs/views/cached-pages';
import { defineView } from '@drover/jobs/views/define-view';
import { refreshRows } from '@drover/jobs/views/refresh-rows';
import { createViews } from '@drover/jobs/views/registry';
import { createCaches } from '@drover/shared/cache/create-caches';
import { withClient } from '@drover/shared/database/client';
import { createPool } from '@drover/shared/database/pool';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { createSubscriptions } from '@drover/shared/redis/subscriptions';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { createDatabase } from '../../../tests/servers/own-database.ts';
import { replacedViews } from '../src/views/replaced.ts';

const things = defineView({
  name: 'things',
  summary: 'Things.',
  sql: 'select n from things',
  uniqueBy: ['n'],
  columns: { n: z.int() },
});

test('rows that somebody without a cache has replaced are read at once', async () => {
  const log = silentLog();
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createDatabase());
  const { url } = database;
  await database.query('create table things (n int primary key)');
  await prepareDatabase({ url, name: 'test', demo: false, views: createViews([things]), log });

  const keys = createKeys(randomPrefix());
  const redis = createRedis({ url: inject('redisUrl'), purpose: 'producer', name: 'test', log });
  const subscriptions = createSubscriptions({ url: inject('redisUrl'), name: 'test', log });
  const caches = createCaches({ redis, subscriptions, keys, maxBytes: 1e6, log });
  const scheduler = replacedViews({ redis, keys, url, name: 'listener', log });
  for (const component of [redisComponent(redis), subscriptions, caches, scheduler]) {
    await component.start();
    stack.defer(() => component.stop(deadlineIn(1_000)));
  }
  const pool = stack.adopt(createPool({ url, max: 1, name: 'test', log }), (it) => it.end());

  const request = { view: things, filter: {}, tenant: 'acme', limit: 10 };
  const rows = async () => (await readCachedPage({ caches, pool }, request)).value.items;
  expect(await rows()).toEqual([]);
  await expect
    .poll(() => database.query("select 1 from pg_stat_activity where query like 'listen%'"))
    .toHaveLength(1);
  await database.query('insert into things values (7)');
  await withClient({ url, name: 'seed' }, (client) =>
    refreshRows(client, things, { exclusive: true }),
  );
  await expect.poll(rows, { timeout: 10_000 }).toEqual([{ n: 7 }]);
});
