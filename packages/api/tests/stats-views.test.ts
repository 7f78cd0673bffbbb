import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys } from './running-api.ts';
import { type StatsApi, startStatsApi } from './stats-fixtures.ts';
import { rowsPath } from './view-fixtures.ts';

const endedAt = '2026-03-01T10:30:00Z';

let stats: StatsApi;
beforeAll(async () => {
  stats = await startStatsApi([
    { id: '1', endedAt },
    { id: '2', endedAt, type: 'email.send', status: 'failed' },
    { id: '3', endedAt, tenant: 'other', type: 'other.secret' },
  ]);
});
afterAll(() => stats[Symbol.asyncDispose]());

const rows = async (path: string, key: string = keys.acme) => {
  const { status, body, text } = await stats.api.ask(path, { key });
  expect(status, text).toBe(200);
  return body;
};

const views = ['job_stats', 'job_totals', 'job_stats_daily'];

test.each(views)('of %s a tenant reads its own rows, whatever it asks for', async (view) => {
  for (const filter of [
    undefined,
    { tenant: ['acme', 'other', '*'] },
    { tenant: { min: '', max: 'z' } },
    { jobs: { min: 0 } },
  ]) {
    for (const [key, tenant] of [
      [keys.acme, 'acme'],
      [keys.other, 'other'],
    ] as const) {
      const { items } = await rows(rowsPath(view, { filter }), key);
      expect(items.length).toBeGreaterThan(0);
      expect(new Set(items.map((row: { tenant: string }) => row.tenant))).toEqual(
        new Set([tenant]),
      );
    }
  }
  for (const tenant of ['other', '*']) {
    expect((await rows(rowsPath(view, { filter: { tenant } }))).items).toEqual([]);
  }
});

test('rows have the figures, and nothing that is kept for other views', async () => {
  const { items } = await rows(rowsPath('job_stats', { filter: { type: 'email.send' } }));
  expect(items).toEqual([
    {
      day: '2026-03-01',
      hour: '2026-03-01T10:00:00Z',
      tenant: 'acme',
      type: 'email.send',
      outcome: 'failed',
      jobs: 1,
      retries: 0,
      wait_p50_ms: expect.any(Number),
      wait_p95_ms: expect.any(Number),
      wait_p99_ms: expect.any(Number),
      run_p50_ms: expect.any(Number),
      run_p95_ms: expect.any(Number),
      run_p99_ms: expect.any(Number),
    },
  ]);
});

test('a cursor is for its own tenant', async () => {
  const { nextCursor } = await rows(rowsPath('job_stats', { limit: 1 }));
  const next = rowsPath('job_stats', { limit: 1, cursor: nextCursor });
  expect((await rows(next)).items).toHaveLength(1);
  expect((await stats.api.ask(next, { key: keys.other })).status).toBe(400);
});

test('while Postgres is away, what was read is served; else it is unavailable', async () => {
  const known = '/stats?since=2026-03-01T00:00:00Z&until=2026-03-02T00:00:00Z';
  const before = await rows(known);
  await stats.proxy.cut();
  const { status, body, headers } = await stats.api.ask(
    '/stats?since=2026-03-01T00:00:00Z&until=2026-03-01T05:00:00Z',
  );
  expect({ status, code: body.type, retry: headers.get('retry-after') }).toEqual({
    status: 503,
    code: '/problems/store-unavailable',
    retry: '1',
  });
  expect((await rows(known)).totals).toEqual(before.totals);
});
