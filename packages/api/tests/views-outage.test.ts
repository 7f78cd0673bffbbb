import { afterEach, expect, test, vi } from 'vitest';
import { rowsPath, startShopApi } from './view-fixtures.ts';

afterEach(() => {
  vi.useRealTimers();
});

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

  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.now() + 3_600_000 });
  const stale = await api.ask(path);
  expect(stale.status).toBe(200);
  expect(stale.body).toEqual(before.body);
  expect(Number(stale.headers.get('age'))).toBeGreaterThanOrEqual(3_600);
  expect(stale.headers.get('warning')).toBe('110 - "Response is Stale"');
  expect((await api.ask('/views')).headers.get('warning')).toBe('110 - "Response is Stale"');

  const missing = await api.ask(other);
  expect([missing.status, missing.body.type]).toEqual([503, '/problems/store-unavailable']);
  expect(missing.headers.get('retry-after')).toBe('1');
});
