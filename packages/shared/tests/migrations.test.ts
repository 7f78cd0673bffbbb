import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { underAdvisoryLock } from '@drover/shared/database/advisory-lock';
import { withClient } from '@drover/shared/database/client';
import {
  applyMigrations,
  type MigrationSet,
  pendingMigrations,
} from '@drover/shared/database/migrations';
import { silentLog } from '@drover/shared/log';
import { expect, test } from 'vitest';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';

const log = silentLog();

/** A set of migrations of a test's own; files can be added to it. */
const createSet = async (files: Record<string, string>) => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-migrations-'));
  const add = async (more: Record<string, string>) => {
    for (const [name, sql] of Object.entries(more)) await writeFile(join(folder, name), sql);
  };
  await add(files);
  const set: MigrationSet = { folder, schema: 'shop', table: 'migrations' };
  return { set, add, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
};

const migrate = ({ url }: OwnDatabase, set: MigrationSet) =>
  withClient({ url, name: 'test' }, (client) => applyMigrations(client, set, log));

const tablesOf = async (database: OwnDatabase) => {
  const rows = await database.query("select tablename from pg_tables where schemaname = 'shop'");
  return rows.map(({ tablename }) => tablename).sort();
};

test('files are applied once each, in the order of their numbers', async () => {
  await using database = await createDatabase();
  await using own = await createSet({
    '0002_more.sql': 'insert into shop.log values (2);',
    '0001_first.sql': 'create table shop.log (n int); insert into shop.log values (1);',
    'README.md': 'not SQL',
  });
  await migrate(database, own.set);
  await own.add({ '0003_later.sql': 'insert into shop.log values (3);' });
  await migrate(database, own.set);
  await migrate(database, own.set);
  expect(await database.query('select n from shop.log')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});

test('one that fails leaves nothing of itself or of those before it', async () => {
  await using database = await createDatabase();
  await using own = await createSet({
    '0001_fine.sql': 'create table shop.fine (n int);',
    '0002_wrong.sql': 'create table shop.half (n int); select 1 / 0;',
  });
  await expect(migrate(database, own.set)).rejects.toThrow('division by zero');
  expect(await tablesOf(database)).toEqual(['migrations']);
  await own.add({ '0002_wrong.sql': 'create table shop.whole (n int);' });
  await migrate(database, own.set);
  expect(await tablesOf(database)).toEqual(['fine', 'migrations', 'whole']);
});

test('a process that dies in the middle leaves nothing, and does not keep the next one out', async () => {
  await using database = await createDatabase();
  await using own = await createSet({
    '0001_fine.sql': 'create table shop.fine (n int);',
    '0002_slow.sql': 'create table shop.slow (n int); select pg_sleep(600);',
  });
  const dying = withClient({ url: database.url, name: 'dying' }, (client) =>
    underAdvisoryLock(
      client,
      'migrations',
      () => undefined,
      () => applyMigrations(client, own.set, log),
    ),
  );
  const killSleeping = () =>
    database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event = 'PgSleep'`,
    );
  const died = expect(dying).rejects.toThrow();
  while ((await killSleeping()).length === 0);
  await died;
  expect(await tablesOf(database)).toEqual(['migrations']);

  await own.add({ '0002_slow.sql': 'create table shop.slow (n int);' });
  await withClient({ url: database.url, name: 'next' }, (client) =>
    underAdvisoryLock(
      client,
      'migrations',
      () => undefined,
      () => applyMigrations(client, own.set, log),
    ),
  );
  expect(await tablesOf(database)).toEqual(['fine', 'migrations', 'slow']);
});

test('an older version has nothing to do where a newer one has been', async () => {
  await using database = await createDatabase();
  await using newer = await createSet({
    '0001_first.sql': 'create table shop.first (n int);',
    '0002_between.sql': 'create table shop.between (n int);',
    '0003_last.sql': 'create table shop.last (n int);',
  });
  await using older = await createSet({
    '0001_first.sql': 'create table shop.first (n int);',
    '0003_last.sql': 'create table shop.last (n int);',
  });
  await migrate(database, newer.set);
  await withClient({ url: database.url, name: 'test' }, async (client) => {
    expect(await pendingMigrations(client, older.set)).toEqual([]);
    await applyMigrations(client, older.set, log);
  });
  expect(await tablesOf(database)).toEqual(['between', 'first', 'last', 'migrations']);
});
