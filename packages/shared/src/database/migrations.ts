import { readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Client } from 'pg';
import type { Log } from '../log.ts';
import type { Queryable } from './in-transaction.ts';

/** A folder of SQL files, `0001_what.sql`, that are applied once each and in order. */
export interface MigrationSet {
  /** Where the files are. */
  readonly folder: string;
  /** Schema of the table that tells which have been applied; made when it is missing. */
  readonly schema: string;
  /** That table. */
  readonly table: string;
}

export const schemaExists = async (client: Queryable, schema: string): Promise<boolean> => {
  const { rowCount } = await client.query('select from pg_namespace where nspname = $1', [schema]);
  return rowCount === 1;
};

const tableExists = async (client: Queryable, schema: string, table: string): Promise<boolean> => {
  const { rowCount } = await client.query(
    'select from pg_tables where schemaname = $1 and tablename = $2',
    [schema, table],
  );
  return rowCount === 1;
};

const namesOf = async ({ folder }: MigrationSet): Promise<string[]> =>
  (await readdir(folder))
    .filter((file) => extname(file) === '.sql')
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();

/** The migrations of a set that the database lacks. Those that only it knows, of a newer version, are no matter. */
export const pendingMigrations = async (
  client: Queryable,
  set: MigrationSet,
): Promise<string[]> => {
  const names = await namesOf(set);
  if (!(await tableExists(client, set.schema, set.table))) return names;
  const { rows } = await client.query<{ name: string }>(
    `select name from "${set.schema}"."${set.table}"`,
  );
  const applied = new Set(rows.map(({ name }) => name));
  return names.filter((name) => !applied.has(name));
};

/** What the library has to say is worth a log line only to those who look for it. */
const quietly = (log: Log) => ({
  debug: (message: string) => log.trace(message),
  info: (message: string) => log.debug(message),
  warn: (message: string) => log.debug(message),
  error: (message: string) => log.debug(message),
});

/**
 * Applies what is pending of a set, all in one transaction: it is there whole or not at all, whatever
 * happens meanwhile. To be called by one process at a time.
 */
export const applyMigrations = async (
  client: Client,
  set: MigrationSet,
  log: Log,
): Promise<void> => {
  const pending = await pendingMigrations(client, set);
  if (pending.length === 0) return;
  // Starting processes rarely have anything to apply, and need not load the library.
  const { runner } = await import('node-pg-migrate');
  if (!(await schemaExists(client, set.schema))) {
    await client.query(`create schema "${set.schema}"`);
  }
  await runner({
    dbClient: client,
    dir: set.folder,
    ignorePattern: '.*(?<!\\.sql)',
    migrationsSchema: set.schema,
    migrationsTable: set.table,
    direction: 'up',
    singleTransaction: true,
    noLock: true,
    // A newer version may have applied more, in between too.
    checkOrder: false,
    logger: quietly(log),
  });
  log.info({ migrations: pending }, 'the database was migrated');
};
