import { prepareDatabase } from '@drover/jobs/database/prepare';
import { withClient } from '@drover/shared/database/client';
import { silentLog } from '@drover/shared/log';
import { expect, test } from 'vitest';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';

const log = silentLog();

/** The lock under which a database is prepared. */
const takeLock = "select pg_advisory_lock(x'64726f76'::int, 1)";

const prepare = (url: string, demo = true) => prepareDatabase({ url, name: 'test', demo, log });

const schemasOf = async (database: OwnDatabase) => {
  const rows = await database.query(
    "select nspname as name from pg_namespace where nspname like 'drover%' order by 1",
  );
  return rows.map(({ name }) => name);
};

test('any number of processes may prepare an empty database at once', async () => {
  await using database = await createDatabase();
  await Promise.all(Array.from({ length: 12 }, () => prepare(database.url)));
  const applied = await database.query(
    'select name, count(*)::int as times from drover.migrations group by 1',
  );
  expect(applied.length).toBeGreaterThan(0);
  expect(applied.every(({ times }) => times === 1)).toBe(true);
  expect(await schemasOf(database)).toEqual(['drover', 'drover_demo', 'drover_views']);
});

test('a prepared database needs neither the lock nor the right to change it', async () => {
  await using database = await createDatabase();
  await prepare(database.url);
  const role = `reader_${Date.now()}`;
  await database.query(`create role ${role} login password 'secret'`);
  for (const schema of await schemasOf(database)) {
    await database.query(`grant usage on schema ${schema} to ${role}`);
    await database.query(`grant select on all tables in schema ${schema} to ${role}`);
  }
  const url = new URL(database.url);
  url.username = role;
  url.password = 'secret';
  try {
    await database.query(takeLock);
    await prepare(url.href);
  } finally {
    await database.query(`drop owned by ${role}`);
    await database.query(`drop role ${role}`);
  }
});

test('a role that may not create schemas is told what to grant', async () => {
  await using database = await createDatabase();
  const role = `poor_${Date.now()}`;
  await database.query(`create role ${role} login password 'secret'`);
  const url = new URL(database.url);
  url.username = role;
  url.password = 'secret';
  try {
    await expect(prepare(url.href)).rejects.toMatchObject({
      code: 'database-permission-denied',
      message: expect.stringContaining(
        `GRANT CREATE ON DATABASE "${url.pathname.slice(1)}" TO "${role}"`,
      ),
    });
  } finally {
    await database.query(`drop role ${role}`);
  }
});

test('production has the demonstration schema only once it has been made', async () => {
  await using database = await createDatabase();
  await prepare(database.url, false);
  expect(await schemasOf(database)).toEqual(['drover', 'drover_views']);
  await prepare(database.url);
  await database.query('delete from drover_demo.migrations');
  await database.query(
    'drop table drover_demo.orders, drover_demo.sessions, drover_demo.customers, drover_demo.products cascade',
  );
  await prepare(database.url, false);
  expect(await database.query('select from drover_views.sales_by_region')).toEqual([]);
});

test('a Postgres that is away is told as such', async () => {
  await expect(prepare('postgres://nobody@127.0.0.1:1/none')).rejects.toMatchObject({
    code: 'postgres-unreachable',
  });
});

test('a wait for another process is told, and ends with its work', async () => {
  await using database = await createDatabase();
  const said: string[] = [];
  const waiting = Promise.withResolvers<void>();
  const listening = Object.assign(silentLog(), {
    warn: (text: string) => {
      said.push(text);
      waiting.resolve();
    },
  });
  const done = Promise.withResolvers<void>();
  const other = withClient({ url: database.url, name: 'other' }, async (client) => {
    await client.query(takeLock);
    const prepared = prepareDatabase({
      url: database.url,
      name: 'test',
      demo: false,
      log: listening,
    });
    await waiting.promise;
    void prepared.then(done.resolve, done.reject);
  });
  await other;
  await done.promise;
  expect(said).toEqual(['waiting for another process that migrates the database']);
  expect(await schemasOf(database)).toEqual(['drover', 'drover_views']);
});
