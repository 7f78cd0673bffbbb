import { expect, test } from 'vitest';
import { seed } from '../../scripts/seed/seed.ts';
import { createDatabase, type OwnDatabase } from '../../tests/servers/own-database.ts';
import { type RunningSystem, startSystem } from './running-system.ts';

const requests = 1_000;
const path = '/views/order_details?limit=100';

/** Three APIs on one Redis and one Postgres. */
const startApis = async (stack: AsyncDisposableStack, database: OwnDatabase) => {
  const first = stack.use(
    await startSystem({ roles: ['api'], env: { DATABASE_URL: database.url } }),
  );
  const { DATABASE_URL, KEY_PREFIX } = first.env;
  const another = async () =>
    stack.use(await startSystem({ roles: ['api'], env: { DATABASE_URL, KEY_PREFIX } }));
  return [first, ...(await Promise.all([another(), another()]))];
};

const loadsOf = async ({ url }: RunningSystem): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  const pattern = /^drover_cache_loads_total\{cache="view-pages",.*\} (\d+)/gm;
  return [...text.matchAll(pattern)].reduce((sum, [, count]) => sum + Number(count), 0);
};

/** The rows; asked again where the API turns requests away, as beside many tests. */
const readRows = async ({ url }: RunningSystem): Promise<string> => {
  for (;;) {
    const answer = await fetch(url + path, { headers: { authorization: 'Bearer dev' } });
    const text = await answer.text();
    if (answer.status === 200) return text;
    if (!text.includes('/problems/overloaded')) throw new Error(`${answer.status}: ${text}`);
  }
};

test('of 1 000 who miss a page at once, at three APIs, one asks Postgres', async () => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createDatabase());
  const size = { orders: 2_000, seed: 1, days: 60 };
  await seed(database.url, { size, replace: false }, () => undefined);
  const apis = await startApis(stack, database);

  // The load takes until all have come.
  await database.query('begin');
  await database.query('lock table drover_views.order_details in access exclusive mode');
  const answers = Array.from({ length: requests }, (_, n) =>
    readRows(apis[n % apis.length] as RunningSystem),
  );
  const waiting = () =>
    database.query("select 1 from pg_stat_activity where wait_event_type = 'Lock'");
  await expect.poll(waiting, { timeout: 20_000 }).toHaveLength(1);
  await database.query('commit');

  const rows = await Promise.all(answers);
  expect(new Set(rows).size).toBe(1);
  expect(JSON.parse(rows[0] ?? '').items).toHaveLength(100);
  const loads = await Promise.all(apis.map(loadsOf));
  expect(loads.toSorted()).toEqual([0, 0, 1]);
}, 180_000);
