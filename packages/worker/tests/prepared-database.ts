import { prepareDatabase } from '@drover/jobs/database/prepare';
import type { View } from '@drover/jobs/views/define-view';
import { createViews } from '@drover/jobs/views/registry';
import { createPool, type PoolOptions } from '@drover/shared/database/pool';
import { silentLog } from '@drover/shared/log';
import type { Pool } from 'pg';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';

/** A database of a test's own, where `before` has made what they read, with these views and the demonstration schema, and a pool of it. */
export interface PreparedDatabase extends AsyncDisposable {
  readonly database: OwnDatabase;
  readonly pool: Pool;
  /** Statements under way there, but for those of the test itself. */
  running(): Promise<string[]>;
}

export const prepareOwn = async (
  views: readonly View[] = [],
  { before, ...options }: Partial<PoolOptions> & { before?: string } = {},
): Promise<PreparedDatabase> => {
  const database = await createDatabase();
  if (before !== undefined) await database.query(before);
  const log = silentLog();
  const { url } = database;
  await prepareDatabase({ url, name: 'test', demo: true, views: createViews(views), log });
  const pool = createPool({ url, max: 5, name: 'worker', log, ...options });
  return {
    database,
    pool,
    running: async () => {
      const rows = await database.query(
        `select query from pg_stat_activity where datname = current_database()
            and state = 'active' and application_name = 'worker' and query not like '%cancel%'`,
      );
      return rows.map(({ query }) => query);
    },
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
};
