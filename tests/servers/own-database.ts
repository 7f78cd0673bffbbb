import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { withClient } from '../../packages/shared/src/database/client.ts';
import { createPool } from '../../packages/shared/src/database/pool.ts';
import { silentLog } from '../../packages/shared/src/log.ts';

/** An empty database of a test's own, on the test run's Postgres. */
export interface OwnDatabase extends AsyncDisposable {
  readonly url: string;
  /** Runs SQL there. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into rows of every shape
  query(sql: string, values?: unknown[]): Promise<any[]>;
}

const quietly = async (url: string, sql: string) => {
  await withClient({ url, name: 'test' }, async (client) => {
    await client.query(sql);
  });
};

export const createDatabase = async (): Promise<OwnDatabase> => {
  const server = inject('databaseUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await quietly(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  // One connection: what a test locks with it stays locked.
  const pool = createPool({ url: url.href, max: 1, name: 'test', log: silentLog() });
  return {
    url: url.href,
    query: async (sql, values) => (await pool.query(sql, values)).rows,
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await quietly(server, `drop database ${name} with (force)`);
    },
  };
};
