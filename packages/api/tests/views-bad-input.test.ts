import { salesByRegion } from '@drover/jobs/views/sales-by-region';
import type { Value } from '@drover/jobs/views/values';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeCursor } from '../src/views/cursor.ts';
import { rowsPath, type ShopApi, startShopApi } from './view-fixtures.ts';

let shop: ShopApi;
beforeAll(async () => {
  shop = await startShopApi();
});
afterAll(() => shop[Symbol.asyncDispose]());

const sales = 'sales_by_region';

test.each([
  [{ filter: { regoin: 'Asia' } }, 'no columns: regoin; there are region, day, orders'],
  [{ filter: { 'region; drop table x': 1 } }, 'no columns'],
  [{ filter: { __proto__: 1, constructor: 1 } }, 'no columns'],
  [{ filter: { orders: '5' } }, 'orders: expected a value of the column'],
  [{ filter: { orders: 1.5 } }, 'orders: expected'],
  [{ filter: { day: '2026-02-31' } }, 'day: Invalid ISO date'],
  [{ filter: { region: [] } }, 'region: Too small'],
  [{ filter: { region: {} } }, 'region: expected'],
  [{ filter: { region: null } }, 'region: expected'],
  [{ filter: '' }, 'expected a JSON object'],
  [{ filter: 'region=Asia' }, 'expected a JSON object'],
  [{ filter: '[]' }, 'filter'],
  [{ filter: '7' }, 'filter'],
  [{ filter: { region: 'a\u0000b' } }, 'null character'],
  [{ filter: { orders: 3_000_000_000 } }, 'does not fit its column'],
  [{ filter: { region: 'x'.repeat(5_000) } }, 'filter'],
  [{ limit: 0 }, 'limit'],
  [{ limit: 1_001 }, 'limit'],
  [{ limit: 'all' }, 'limit'],
  [{ cursor: 'x' }, 'expected nextCursor'],
  [{ cursor: Buffer.from('["x",["Asia"]]').toString('base64url') }, 'expected nextCursor'],
  [{ order: 'region' }, 'unknown: order'],
])('%j is refused', async (parameters, detail) => {
  const { status, body } = await shop.api.ask(rowsPath(sales, parameters));
  expect([status, body.type]).toEqual([400, '/problems/invalid-parameters']);
  expect(body.detail).toContain(detail);
});

test('a cursor is for its own view and filter', async () => {
  const { body } = await shop.api.ask(rowsPath(sales, { limit: 1 }));
  const { nextCursor: cursor } = body;
  for (const path of [
    rowsPath(sales, { filter: { region: 'Asia' }, cursor }),
    rowsPath('order_details', { cursor }),
  ]) {
    expect((await shop.api.ask(path)).status).toBe(400);
  }
});

/** What anybody can make who reads the code: a cursor is not signed. */
const forged = (key: readonly Value[]) =>
  encodeCursor(key, { view: salesByRegion, filter: {}, tenant: 'acme' });

test.each([
  [['Asia']],
  [['Asia', '2026-01-01', 'more']],
  [['Asia', 'no day']],
  [['Asia', 5]],
  [[true, false]],
  [['a\u0000b', '2026-01-01']],
])('a forged cursor is refused: %j', async (key) => {
  const { status, body } = await shop.api.ask(rowsPath(sales, { cursor: forged(key) }));
  expect([status, body.type]).toEqual([400, '/problems/invalid-parameters']);
});

test.each(['sales_by_regoin', 'pg_catalog.pg_class', "x'; drop table y; --", '__proto__', '%00'])(
  'the view %s is not there',
  async (name) => {
    const path = `/views/${name === '%00' ? name : encodeURIComponent(name)}`;
    const { status, body } = await shop.api.ask(path);
    expect([status, body.type]).toEqual([404, '/problems/view-not-found']);
  },
);

test('a misspelt view is answered with the nearest', async () => {
  const { body } = await shop.api.ask('/views/sales_by_regoin');
  expect(body.detail).toContain('"sales_by_region"');
});
