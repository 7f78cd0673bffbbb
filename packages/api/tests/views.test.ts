import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { rowsPath, type ShopApi, startShopApi } from './view-fixtures.ts';

let shop: ShopApi;
beforeAll(async () => {
  shop = await startShopApi();
});
afterAll(() => shop[Symbol.asyncDispose]());

const ask = (path: string, init: Parameters<ShopApi['api']['ask']>[1] = {}) =>
  shop.api.ask(path, init);

const rowsOf = async (path: string) => {
  const { status, body, text } = await ask(path);
  expect(status, text).toBe(200);
  return body.items;
};

const expected = (where = 'true') =>
  shop.database.query(
    `select region, day::text, orders, units, revenue::float8 as revenue
       from drover_views.sales_by_region where ${where} order by region, day`,
  );

test('the list says of each view how fresh it is', async () => {
  const { status, body, headers } = await ask('/views');
  expect(status).toBe(200);
  expect(headers.get('age')).toBe('0');
  expect(headers.get('warning')).toBeNull();
  expect(body.items.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(['order_details', 'sales_by_region', 'job_stats']),
  );
  const details = body.items.find(({ name }: { name: string }) => name === 'order_details');
  expect(details).toMatchObject({
    rows: 2_000,
    stale: false,
    error: null,
    refresh: { incremental: true, cron: null },
    refreshedAt: expect.stringMatching(/Z$/),
  });
});

test('pages together are the whole view, in the order of its key', async () => {
  const items: unknown[] = [];
  let cursor: string | null = null;
  do {
    const path: string = rowsPath('sales_by_region', { limit: 77, ...(cursor && { cursor }) });
    const { body } = await ask(path);
    items.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor !== null);
  expect(items).toEqual(await expected());
});

test('filters name columns, with values, lists and ranges', async () => {
  const all = await expected();
  const day = all[3].day;
  for (const [filter, where] of [
    [{ region: 'Asia' }, "region = 'Asia'"],
    [{ region: ['Asia', 'Europe'], day }, `region in ('Asia', 'Europe') and day = '${day}'`],
    [{ orders: { min: 5, max: 9 } }, 'orders between 5 and 9'],
    [{ day: { min: day } }, `day >= '${day}'`],
    [{ region: "'; drop table drover_demo.orders; --" }, 'false'],
  ] as const) {
    const path = rowsPath('sales_by_region', { filter, limit: 1_000 });
    expect(await rowsOf(path)).toEqual(await expected(where));
  }
});

test('an answer is known by its ETag, and tells its age', async () => {
  const path = rowsPath('sales_by_region', { limit: 3 });
  const { headers } = await ask(path);
  expect(headers.get('age')).toMatch(/^\d+$/);
  expect(headers.get('cache-control')).toBe('private, no-cache');
  const known = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
  expect((await ask(path, known)).status).toBe(304);
});

test('a key without the role "read" sees no view', async () => {
  for (const path of ['/views', '/views/sales_by_region']) {
    expect((await ask(path, { key: keys.submitOnly })).status).toBe(403);
  }
});

test('rows that are older than the view allows have it refreshed once, and are served', async () => {
  const longAgo = async () => {
    await shop.database.query(
      "update drover.views set refreshed_at = now() - interval '1 h', attempted_at = now() - interval '1 h' where name = 'sales_by_region'",
    );
  };
  await longAgo();
  const queue = shop.api.queues.get('maintenance', 0);
  for (const limit of [11, 12, 13, 11]) {
    expect(await rowsOf(rowsPath('sales_by_region', { limit }))).toHaveLength(limit);
  }
  while ((await queue.getJobCountByTypes('prioritized', 'waiting')) === 0);
  const jobs = await queue.getJobs(['prioritized', 'waiting']);
  expect(jobs.map(({ name, data }) => [name, data.payload])).toEqual([
    ['view.refresh', { view: 'sales_by_region' }],
  ]);
  const isStale = async () => {
    const { body } = await ask('/views');
    return body.items.find((it: { name: string }) => it.name === 'sales_by_region').stale;
  };
  await expect.poll(isStale, { timeout: 15_000 }).toBe(true);
});

test('what a refresh brings is read at once, although older rows were in the cache', async () => {
  await using _ = await startWorkerOf(shop.api);
  const path = rowsPath('order_details', { filter: { number: 'NEW-1' } });
  expect(await rowsOf(path)).toEqual([]);
  await shop.database.query(
    `insert into drover_demo.orders (number, customer_id, product_id, quantity, amount, status)
     values ('NEW-1', 1, 1, 2, 10, 'paid')`,
  );
  const { body } = await shop.api.submit(
    { type: 'view.refresh', payload: { view: 'order_details' } },
    { key: 'dev', headers: { prefer: 'wait=30' } },
  );
  expect(body).toMatchObject({
    status: 'succeeded',
    result: { refreshed: [{ view: 'order_details', rows: 2_001, recomputed: 1 }] },
  });
  expect(await rowsOf(path)).toMatchObject([{ number: 'NEW-1', quantity: 2, amount: 10 }]);
});
