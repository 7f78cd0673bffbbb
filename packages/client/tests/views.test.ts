import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningSystem, startSystem } from '../../../e2e/system/running-system.ts';
import { seed } from '../../../scripts/seed/seed.ts';
import { recordEnds } from '../../../tests/ended-jobs.ts';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';
import { type Client, createClient } from '../src/index.ts';
import { type CommandLine, commandLine } from './running-cli.ts';

let database: OwnDatabase;
let system: RunningSystem;
let client: Client;
let cli: CommandLine;
beforeAll(async () => {
  database = await createDatabase();
  const size = { orders: 1_500, seed: 1, days: 30 };
  await seed(database.url, { size, replace: false }, () => undefined);
  system = await startSystem({ env: { DATABASE_URL: database.url } });
  client = createClient({ url: system.url, key: 'dev' });
  cli = await commandLine(system.url);
});
afterAll(async () => {
  await cli[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test('the client lists views and goes through all pages of rows', async () => {
  const views = await client.views.list();
  expect(views.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['order_details', 'sales_by_region']),
  );
  const numbers = new Set<unknown>();
  for await (const row of client.views.rows('order_details')) numbers.add(row['number']);
  expect(numbers.size).toBe(1_500);
  const { items } = await client.views.page('sales_by_region', {
    filter: { region: ['Asia', 'Europe'] },
    limit: 5,
  });
  expect(items).toHaveLength(5);
  await expect(client.views.page('none')).rejects.toMatchObject({ code: 'view-not-found' });
});

test('a change in the shop is in the rows a little later, by itself', async () => {
  await database.query("update drover_demo.customers set name = 'Ada Ahead' where id = 1");
  const filter = { customer: 'Ada Ahead' };
  const found = async () => (await client.views.page('order_details', { filter })).items.length;
  await expect.poll(found, { timeout: 20_000 }).toBeGreaterThan(0);
});

test('the command line lists, shows rows and refreshes', async () => {
  const list = await cli.run(['views', 'ls']);
  expect(list.stderr).toBe('');
  expect(list.stdout).toMatch(/sales_by_region +fresh +\d+ .*cron \*\/5 \* \* \* \*/);
  const filter = '{"region":"Asia"}';
  const rows = await cli.run(['views', 'rows', 'sales_by_region', '--filter', filter, '-n', '2']);
  expect(rows.stdout.trim().split('\n')).toHaveLength(3);
  expect(rows.stdout).toMatch(/^REGION +DAY +ORDERS +UNITS +REVENUE\nAsia +\d{4}-/);
  expect(rows.stderr).toMatch(/As of 20.*Z\.\nThere are more: raise --limit\./s);
  const refreshed = await cli.run(['views', 'refresh', 'sales_by_region']);
  expect([refreshed.code, refreshed.stderr]).toEqual([0, 'sales_by_region is refreshed.\n']);
});

test('the command line takes cached rows away', async () => {
  await client.views.page('sales_by_region', { limit: 3 });
  const cache = await cli.run(['cache', 'purge', 'view-pages']);
  expect([cache.code, cache.stderr]).toEqual([0, 'view-pages is purged.\n']);
  const tag = await cli.run(['cache', 'purge', '--tag', 'view:sales_by_region', '--json']);
  expect(JSON.parse(tag.stdout)).toEqual({ purged: { tag: 'view:sales_by_region' } });
  expect((await cli.run(['cache', 'purge', 'view-pages', 'no/such key?'])).code).toBe(0);
  const unknown = await cli.run(['cache', 'purge', 'view-pagse']);
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('"view-pages"')]);
  expect((await cli.run(['cache', 'purge'])).code).toBe(2);
  expect((await cli.run(['cache', 'purge', 'view-pages', '--tag', 'x'])).code).toBe(2);
});

test('statistics are shown by type, and by the hour', async () => {
  const endedAt = new Date().toISOString();
  await recordEnds(database.query, [
    { id: 'a', tenant: 'dev', type: 'email.send', endedAt, ran: 2_000, attempts: 2 },
    { id: 'b', tenant: 'dev', type: 'email.send', endedAt, status: 'failed' },
  ]);
  expect((await cli.run(['views', 'refresh', 'job_stats'])).code).toBe(0);
  const { totals, series } = await client.stats({ type: 'email.send' });
  expect(totals).toMatchObject({ jobs: 2, retries: 1, outcomes: { succeeded: 1, failed: 1 } });
  expect(series.length).toBeGreaterThanOrEqual(24);
  const shown = await cli.run(['stats', '--since', '24h', '--type', 'email.send']);
  expect(shown.stdout).toMatch(/^TYPE +JOBS +SUCCEEDED +FAILED .*\nemail\.send +2 +1 +1 +0 +0 +1 /);
  expect(shown.stderr).toMatch(/^From 20.* to 20.*, as of 20.*Z\.\n$/);
  const hours = await cli.run(['stats', '--series', '--type', 'email.send']);
  expect(hours.stdout.trim().split('\n').length).toBeGreaterThanOrEqual(26);
  const json = await cli.run(['stats', '--by', 'day', '--type', 'no.such', '--json']);
  expect(JSON.parse(json.stdout).totals.jobs).toBe(0);
});

test.each([
  [['stats', '--since', 'yesterday'], 2, 'Expected 24h, 7d'],
  [['stats', '--by', 'week'], 2, 'Expected hour or day'],
  [['stats', '--since', '90d'], 1, '31 days by the hour'],
  [['views', 'rows', 'sales_by_region', '--filter', 'region=Asia'], 2, 'Expected a JSON object'],
  [['views', 'rows', 'sales_by_regoin'], 1, 'Did you mean "sales_by_region"?'],
  [['views', 'rows', 'sales_by_region', '--filter', '{"x":1}'], 1, 'no columns: x'],
  [['views', 'refresh', 'none'], 1, 'there is no view "none"'],
])('drover %j ends with %i', async (args, code, said) => {
  const run = await cli.run(args);
  expect(run.code).toBe(code);
  expect(run.stderr).toContain(said);
});
