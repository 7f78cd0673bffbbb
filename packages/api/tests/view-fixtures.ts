import { seed } from '../../../scripts/seed/seed.ts';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';
import { startProxy, type TcpProxy } from '../../../tests/servers/tcp-proxy.ts';
import { type RunningApi, startApi } from './running-api.ts';

/** An API on a shop of its own, whose Postgres can be taken away. */
export interface ShopApi extends AsyncDisposable {
  readonly api: RunningApi;
  readonly database: OwnDatabase;
  /** What the API reaches Postgres through. */
  readonly proxy: TcpProxy;
}

export const startShopApi = async (): Promise<ShopApi> => {
  const database = await createDatabase();
  const size = { orders: 2_000, seed: 1, days: 60 };
  await seed(database.url, { size, replace: false }, () => undefined);
  const proxy = await startProxy(database.url);
  const api = await startApi({ DATABASE_URL: proxy.url });
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

/** The path of a view's rows, with these parameters. */
export const rowsPath = (
  view: string,
  {
    filter,
    ...more
  }: { filter?: unknown; limit?: number | string; cursor?: string } & Record<string, unknown> = {},
): string => {
  const query = new URLSearchParams();
  if (filter !== undefined)
    query.set('filter', typeof filter === 'string' ? filter : JSON.stringify(filter));
  for (const [name, value] of Object.entries(more)) query.set(name, String(value));
  return `/views/${view}?${query}`;
};
