import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningSystem, startSystem } from '../../../e2e/system/running-system.ts';
import { seed } from '../../../scripts/seed/seed.ts';
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
  expect(views.map(({ name }) => name).sort()).toEqual(['order_details', 'sales_by_region']);
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

test.each([
  [['views', 'rows', 'sales_by_region', '--filter', 'region=Asia'], 2, 'Expected a JSON object'],
  [['views', 'rows', 'sales_by_regoin'], 1, 'Did you mean "sales_by_region"?'],
  [['views', 'rows', 'sales_by_region', '--filter', '{"x":1}'], 1, 'no columns: x'],
  [['views', 'refresh', 'none'], 1, 'there is no view "none"'],
])('drover %j ends with %i', async (args, code, said) => {
  const run = await cli.run(args);
  expect(run.code).toBe(code);
  expect(run.stderr).toContain(said);
});
