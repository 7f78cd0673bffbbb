import { seed } from '../../../scripts/seed/seed.ts';
import { type CutOffApi, startCutOffApi } from './cut-off-api.ts';

/** An API on a shop of its own, whose Postgres can be taken away. */
export type ShopApi = CutOffApi;

export const startShopApi = (): Promise<ShopApi> =>
  startCutOffApi(({ url }) => {
    const size = { orders: 2_000, seed: 1, days: 60 };
    return seed(url, { size, replace: false }, () => undefined);
  });

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
