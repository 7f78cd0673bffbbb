import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';
import { startProxy, type TcpProxy } from '../../../tests/servers/tcp-proxy.ts';
import { type RunningApi, startApi } from './running-api.ts';

/** An API on a database of its own, whose Postgres can be taken away. */
export interface CutOffApi extends AsyncDisposable {
  readonly api: RunningApi;
  readonly database: OwnDatabase;
  /** What the API reaches Postgres through. */
  readonly proxy: TcpProxy;
}

/** @param prepare makes what the test needs in the database, before the API starts. */
export const startCutOffApi = async (
  prepare: (database: OwnDatabase) => Promise<unknown>,
  overrides: Record<string, string> = {},
): Promise<CutOffApi> => {
  const database = await createDatabase();
  await prepare(database);
  const proxy = await startProxy(database.url);
  const api = await startApi({ DATABASE_URL: proxy.url, ...overrides });
  return {
    api,
    database,
    proxy,
    [Symbol.asyncDispose]: async () => {
      await api[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
};
