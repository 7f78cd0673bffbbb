// npm run bench views [-- --json]: reading a view against its query, while it is refreshed, and refreshing what has changed.
import { readCachedPage } from '../../packages/jobs/src/views/cached-pages.ts';
import type { View } from '../../packages/jobs/src/views/define-view.ts';
import { underViewLock } from '../../packages/jobs/src/views/lock.ts';
import { orderDetails } from '../../packages/jobs/src/views/order-details.ts';
import { readPage } from '../../packages/jobs/src/views/read-page.ts';
import { refreshRows } from '../../packages/jobs/src/views/refresh-rows.ts';
import { salesByRegion } from '../../packages/jobs/src/views/sales-by-region.ts';
import { createCaches } from '../../packages/shared/src/cache/create-caches.ts';
import { withClient } from '../../packages/shared/src/database/client.ts';
import { createPool } from '../../packages/shared/src/database/pool.ts';
import { createKeys } from '../../packages/shared/src/keys.ts';
import { deadlineIn } from '../../packages/shared/src/lifecycle/deadline.ts';
import { silentLog } from '../../packages/shared/src/log.ts';
import { createRedis, redisComponent } from '../../packages/shared/src/redis/connections.ts';
import { createSubscriptions } from '../../packages/shared/src/redis/subscriptions.ts';
import { seed } from '../../scripts/seed/seed.ts';
import { startRole } from '../drover.ts';
import { describeMachine } from '../machine.ts';
import { median } from '../percentiles.ts';
import { type Resources, runBench, say } from '../run-bench.ts';
import { type Servers, startServers } from '../servers.ts';
import { toJson, toText } from './report.ts';
import { repeat, repeatDuring } from './samples.ts';
import { stampede } from './stampede.ts';

const orders = 1_000_000;
/** One percent of them. */
const changedOrders = orders / 100;
const limit = 100;
const quietMs = 8_000;
/** Refreshes of each kind, in turns; the middle one counts. */
const rounds = 3;

const name = 'bench';

/** What reads the views as the API does. */
const openReaders = async (resources: Resources, { redisUrl, databaseUrl }: Servers) => {
  const log = silentLog();
  const pool = createPool({ url: databaseUrl, max: 5, name, log });
  resources.defer(() => pool.end());
  const redis = createRedis({ url: redisUrl, purpose: 'producer', name, log });
  const connection = redisComponent(redis);
  await connection.start();
  resources.defer(() => connection.stop(deadlineIn(1_000)));
  const subscriptions = createSubscriptions({ url: redisUrl, name, log });
  await subscriptions.start();
  resources.defer(() => subscriptions.stop(deadlineIn(1_000)));
  const keys = createKeys('bench-views');
  const caches = createCaches({ redis, subscriptions, keys, maxBytes: 67_108_864, log });
  await caches.start();
  resources.defer(() => caches.stop(deadlineIn(1_000)));
  return { pool, caches };
};

const dashboard = { view: salesByRegion, filter: {}, tenant: 'dev', limit };
const rawSql = `select * from (${salesByRegion.sql}) q order by region, day limit ${limit}`;

const refreshWith = (servers: Servers, view: View, full: boolean): Promise<number> =>
  withClient({ url: servers.databaseUrl, name }, (client) =>
    underViewLock(
      client,
      view.name,
      async () => (await refreshRows(client, view, { full })).tookMs,
    ),
  );

/** Changes orders all over the table, as a shop does that ships them. */
const changeOrders = (servers: Servers) =>
  withClient({ url: servers.databaseUrl, name }, (client) =>
    client.query('update drover_demo.orders set amount = amount + 1 where id % $1 = 7', [
      orders / changedOrders,
    ]),
  );

await runBench(async (resources) => {
  say('starting Redis and Postgres, seeding…');
  const servers = await startServers(resources);
  const startedAt = performance.now();
  const size = { orders, seed: 1, days: 730 };
  await seed(servers.databaseUrl, { size, replace: false }, () => undefined);
  const seedMs = performance.now() - startedAt;
  const { pool, caches } = await openReaders(resources, servers);
  const readView = () => readPage(pool, dashboard);

  say('reading…');
  const raw = await repeat(15, () => pool.query(rawSql));
  const view = await repeat(500, readView);
  const cache = await repeat(20_000, () => readCachedPage({ caches, pool }, dashboard));
  const api = await startRole('api', resources, servers);
  const headers = { authorization: 'Bearer dev' };
  const http = await repeat(500, async () => {
    const answer = await fetch(`${api.url}/views/${salesByRegion.name}?limit=${limit}`, {
      headers,
    });
    await answer.arrayBuffer();
  });

  say('missing one page a thousand times at once…');
  const startAnother = () => startRole('api', resources, servers);
  const others = await Promise.all([startAnother(), startAnother()]);
  const rush = await stampede(pool, [api, ...others]);

  say('reading while it is refreshed…');
  const quiet = await repeatDuring(
    readView,
    () => new Promise((resolve) => setTimeout(resolve, quietMs)),
  );
  const refreshing = await repeatDuring(readView, async () => {
    const until = performance.now() + quietMs;
    while (performance.now() < until) await refreshWith(servers, salesByRegion, false);
  });

  say('refreshing what has changed…');
  const incremental: number[] = [];
  const full: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await changeOrders(servers);
    incremental.push(await refreshWith(servers, orderDetails, false));
    await changeOrders(servers);
    full.push(await refreshWith(servers, orderDetails, true));
  }
  const [incrementalMs, fullMs] = [median(incremental), median(full)];

  const results = {
    seedMs,
    reads: { raw, view, cache, http },
    rush,
    during: { quiet, refreshing },
    refresh: { changed: changedOrders, incrementalMs, fullMs },
    machine: describeMachine(),
  };
  return { json: toJson(results), text: toText(results) };
});
