import { expect, test } from 'vitest';
import { rowsPath, startShopApi } from './view-fixtures.ts';

const path = rowsPath('sales_by_region', { limit: 3 });
const other = rowsPath('sales_by_region', { limit: 4 });

test('without Postgres, rows that were read before are served and say so; others are not', async () => {
  await using shop = await startShopApi();
  const { api, proxy } = shop;
  const before = await api.ask(path);
  expect((await api.ask('/views')).status).toBe(200);
  await proxy.cut();

  const fresh = await api.ask(path);
  expect(fresh.body).toEqual(before.body);
  expect(fresh.headers.get('warning')).toBeNull();

  // The list is fresh for seconds only.
  const warning = async () => (await api.ask('/views')).headers.get('warning');
  await expect.poll(warning, { timeout: 15_000 }).toBe('110 - "Response is Stale"');
  const { status, headers } = await api.ask('/views');
  expect(status).toBe(200);
  expect(Number(headers.get('age'))).toBeGreaterThan(0);

  const missing = await api.ask(other);
  expect([missing.status, missing.body.type]).toEqual([503, '/problems/store-unavailable']);
  expect(missing.headers.get('retry-after')).toBe('1');
});
