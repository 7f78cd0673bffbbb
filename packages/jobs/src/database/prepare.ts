import { underAdvisoryLock } from '@drover/shared/database/advisory-lock';
import { type DatabaseClient, withClient } from '@drover/shared/database/client';
import { isDatabaseUnavailable, sqlStateOf } from '@drover/shared/database/failures';
import {
  applyMigrations,
  type MigrationSet,
  pendingMigrations,
  schemaExists,
} from '@drover/shared/database/migrations';
import { CodedError, toError } from '@drover/shared/errors';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import { type View, viewSchema } from '../views/define-view.ts';
import { views as declaredViews, type Views } from '../views/registry.ts';
import { materialize } from './materialize.ts';
import { demoMigrations, droverMigrations } from './migration-sets.ts';
import { dropRelation, nameOfOld, outdatedViews } from './view-relations.ts';

export interface PreparationOptions {
  url: string;
  /** Names the process to Postgres. */
  name: string;
  /** Whether to make the demonstration schema. Where it is there already, it is kept up to date. */
  demo: boolean;
  /** Default: all that are declared. */
  views?: Views;
  log: Log;
}

/** What a database should have. */
interface Wanted {
  sets: readonly MigrationSet[];
  views: readonly View[];
}

const wantedOf = async (client: DatabaseClient, options: PreparationOptions): Promise<Wanted> => {
  const { all } = options.views ?? declaredViews;
  const demo = options.demo || (await schemaExists(client, demoMigrations.schema));
  return {
    sets: demo ? [droverMigrations, demoMigrations] : [droverMigrations],
    views: all.filter((view) => demo || !view.demo),
  };
};

const isPrepared = async (client: DatabaseClient, { sets, views }: Wanted): Promise<boolean> => {
  for (const set of sets) {
    if ((await pendingMigrations(client, set)).length > 0) return false;
  }
  return (await outdatedViews(client, views)).length === 0;
};

const complete = async (client: DatabaseClient, { sets, views }: Wanted, log: Log) => {
  for (const set of sets) await applyMigrations(client, set, log);
  const outdated = await outdatedViews(client, views);
  if (outdated.length === 0) return;
  if (!(await schemaExists(client, viewSchema))) await client.query(`create schema ${viewSchema}`);
  for (const view of outdated) {
    const isNeeded = views.some(({ needs }) => needs.includes(view.name));
    await materialize(client, view, { isNeeded, log });
  }
  // Nobody needs the old ones any more; those who need others go first.
  for (const view of views.toReversed()) await dropRelation(client, nameOfOld(view));
};

const unreachable = (cause: Error): CodedError => {
  // Where a name stands for several addresses, the error is one of many and says nothing itself.
  const reason = cause.message || ('code' in cause ? String(cause.code) : cause.name);
  const message = `Postgres cannot be reached (${reason}). Is it running, and is DATABASE_URL right?`;
  return new CodedError('postgres-unreachable', message, { cause });
};

const insufficientPrivilege = '42501';

const permissionDenied = async (client: DatabaseClient, cause: Error): Promise<CodedError> => {
  const { rows } = await client.query<{ role: string; database: string }>(
    'select current_user as role, current_database() as database',
  );
  const { role, database } = rows[0] ?? { role: '?', database: '?' };
  return new CodedError(
    'database-permission-denied',
    `The role "${role}" may not prepare the database "${database}" (${cause.message}). Either let it: GRANT CREATE ON DATABASE "${database}" TO "${role}"; or run "npm run migrate" as a role that may, and give "${role}" the rights to use what that makes.`,
    { cause },
  );
};

const explained = async (client: DatabaseClient, thrown: unknown): Promise<Error> => {
  const err = toError(thrown);
  if (err instanceof CodedError) return err;
  if (isDatabaseUnavailable(err)) return unreachable(err);
  if (sqlStateOf(err) === insufficientPrivilege) return permissionDenied(client, err);
  return new CodedError('migration-failed', `The database cannot be migrated: ${err.message}`, {
    cause: err,
  });
};

/**
 * Brings a database up to date: Drover's tables, the views, and the demonstration schema. Any number of
 * processes may do so at once; one does the work, the others wait for it. What a newer version of
 * Drover has added stays as it is.
 * @throws CodedError `database-permission-denied`, `migration-failed`, `view-failed`, `view-in-use` or
 *   `postgres-unreachable`.
 */
export const prepareDatabase = async (options: PreparationOptions): Promise<void> => {
  const { log } = options;
  const prepared = withClient(options, async (client) => {
    try {
      const wanted = await wantedOf(client, options);
      if (await isPrepared(client, wanted)) return;
      const onWait = () => log.warn('waiting for another process that migrates the database');
      await underAdvisoryLock(client, 'migrations', onWait, () => complete(client, wanted, log));
    } catch (thrown) {
      throw await explained(client, thrown);
    }
  });
  await prepared.catch((err: unknown) => {
    throw isDatabaseUnavailable(err) ? unreachable(toError(err)) : err;
  });
};

/** Prepares the database before what uses it starts. */
export const databasePreparation = (options: PreparationOptions): Component => ({
  name: 'database',
  start: () => prepareDatabase(options),
  stop: async () => undefined,
});
