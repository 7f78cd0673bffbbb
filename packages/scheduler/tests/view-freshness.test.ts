import { prepareDatabase } from '@drover/jobs/database/prepare';
import { viewRefresh } from '@drover/jobs/view-refresh';
import { defineView } from '@drover/jobs/views/define-view';
import { noteAttempt } from '@drover/jobs/views/record';
import { createViews } from '@drover/jobs/views/registry';
import { createPool } from '@drover/shared/database/pool';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createQueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { createDatabase } from '../../../tests/servers/own-database.ts';
import { startProxy } from '../../../tests/servers/tcp-proxy.ts';
import { viewFreshness } from '../src/views/freshness.ts';

const things = defineView({
  name: 'things',
  summary: 'Things.',
  sql: 'select n from things',
  uniqueBy: ['n'],
  columns: { n: z.int() },
  refresh: { on: ['things_changed'], debounce: '200ms' },
});

const tableSql = 'create table things (n int primary key)';
const triggerSql = `create trigger told after insert or update or delete or truncate on things
  for each statement execute function drover.notify_change('things_changed')`;

/** A database with a view of a table that tells of its changes, and a queue for the refreshes. */
const openHerd = async () => {
  const log = silentLog();
  const database = await createDatabase();
  const proxy = await startProxy(database.url);
  await database.query(tableSql);
  const views = createViews([things]);
  await prepareDatabase({ url: database.url, name: 'test', demo: false, views, log });
  await database.query(triggerSql);
  const redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
  const queues = createQueueSet({ redis, keys: createKeys(randomPrefix()), log });
  const pool = createPool({ url: database.url, max: 2, name: 'test', log });
  const queue = queues.get('maintenance', 0);
  const replica = () =>
    viewFreshness({
      views,
      db: pool,
      url: proxy.url,
      name: 'listener',
      queues,
      type: viewRefresh,
      partitions: 1,
      log,
    });
  const listening = async () =>
    database.query(
      "select pid from pg_stat_activity where datname = current_database() and application_name = 'listener' and query like 'listen%'",
    );
  return {
    database,
    pool,
    proxy,
    replica,
    jobs: () => queue.getJobs(['prioritized', 'waiting']),
    listening,
    untilListening: async (count: number) => {
      while ((await listening()).length < count);
    },
    [Symbol.asyncDispose]: async () => {
      await queue.obliterate({ force: true });
      await queues.stop(deadlineIn(1_000));
      await redisComponent(redis).stop(deadlineIn(1_000));
      await pool.end();
      await proxy[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
};

type Herd = Awaited<ReturnType<typeof openHerd>>;

const untilJobs = async (herd: Herd, count: number) => {
  while ((await herd.jobs()).length < count);
};

test('of many changes heard by three schedulers, one refresh results', async () => {
  await using herd = await openHerd();
  const replicas = [herd.replica(), herd.replica(), herd.replica()];
  await Promise.all(replicas.map((it) => it.start()));
  // What was told before they listened is made up for, by one refresh as well.
  await herd.untilListening(3);
  await untilJobs(herd, 1);
  await noteAttempt(herd.pool, 'things');
  for (let n = 0; n < 20; n += 1) await herd.database.query('insert into things values ($1)', [n]);
  await untilJobs(herd, 2);
  for (const replica of replicas) await replica.stop(deadlineIn(2_000));
  const jobs = await herd.jobs();
  expect(jobs.map(({ name, data }) => [name, data.payload])).toEqual([
    ['view.refresh', { view: 'things' }],
    ['view.refresh', { view: 'things' }],
  ]);
});

test('a change after an attempt has begun is followed by another refresh', async () => {
  await using herd = await openHerd();
  const replica = herd.replica();
  await replica.start();
  await untilJobs(herd, 1);
  await noteAttempt(herd.pool, 'things');
  await herd.database.query('insert into things values (1)');
  await untilJobs(herd, 2);
  await noteAttempt(herd.pool, 'things');
  await herd.database.query('insert into things values (2)');
  await untilJobs(herd, 3);
  await replica.stop(deadlineIn(2_000));
});

test('a lost connection is opened again, and what was told meanwhile is made up for', async () => {
  await using herd = await openHerd();
  const replica = herd.replica();
  await replica.start();
  await untilJobs(herd, 1);
  await herd.untilListening(1);
  await noteAttempt(herd.pool, 'things');
  herd.proxy.drop();
  await untilJobs(herd, 2);
  await replica.stop(deadlineIn(2_000));
  while ((await herd.listening()).length > 0);
});

test('a scheduler starts and stops without Postgres', async () => {
  await using herd = await openHerd();
  await herd.proxy.cut();
  const replica = herd.replica();
  await replica.start();
  await replica.stop(deadlineIn(2_000));
});
