import { expect, test } from 'vitest';
import { withClient } from '../../packages/shared/src/database/client.ts';
import { seed } from '../../scripts/seed/seed.ts';
import { createDatabase } from '../../tests/servers/own-database.ts';
import { startSystem } from './running-system.ts';

const auth = { authorization: 'Bearer dev' };
const roles = ['api', 'worker'] as const;

test('reports of the demonstration shop, from the seed to the download', async () => {
  await using database = await createDatabase();
  const size = { orders: 2_000, seed: 1, days: 30 };
  await seed(database.url, { size, replace: false }, () => undefined);
  await using system = await startSystem({ roles, env: { DATABASE_URL: database.url } });
  for (const [format, mediaType] of [
    ['csv', 'text/csv'],
    ['json', 'application/json'],
    ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ] as const) {
    const { id } = await system.submit('report.generate', { view: 'order_details', format });
    const { status, result } = await system.until(id);
    expect({ status, rows: result.rows }).toEqual({ status: 'succeeded', rows: 2_000 });
    const file = await fetch(system.url + result.artifact.url, { headers: auth });
    expect(file.headers.get('content-type')).toContain(mediaType);
    const content = await file.bytes();
    expect(content.byteLength).toBe(result.artifact.size);
    if (format === 'csv')
      expect(String(Buffer.from(content)).trimEnd().split('\r\n')).toHaveLength(2_001);
    if (format === 'json') expect(JSON.parse(String(Buffer.from(content)))).toHaveLength(2_000);
  }
});

test('a canceled report stops on the server and leaves no file', async () => {
  await using database = await createDatabase();
  await using system = await startSystem({ roles, env: { DATABASE_URL: database.url } });
  const waiting = async () =>
    (
      await database.query(
        `select query from pg_stat_activity where datname = current_database()
            and state = 'active' and application_name like 'drover-worker%'`,
      )
    ).length;

  const cancelWhileItWaits = async () => {
    const payload = { view: 'sales_by_region', format: 'csv' };
    const { id } = await system.submit('report.generate', payload);
    while ((await waiting()) === 0);
    await fetch(`${system.url}/jobs/${id}`, { method: 'DELETE', headers: auth });
    await system.until(id, 'canceled');
    while ((await waiting()) > 0);
    return id;
  };
  const id = await withClient({ url: database.url, name: 'test' }, async (client) => {
    // Whoever reads the view now waits until this transaction ends.
    await client.query('begin');
    await client.query('refresh materialized view drover_views.sales_by_region');
    return cancelWhileItWaits();
  });
  const file = await fetch(`${system.url}/jobs/${id}/artifacts/sales_by_region.csv`, {
    headers: auth,
  });
  expect(file.status).toBe(404);
});
