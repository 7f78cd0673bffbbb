import type { ViewResource, ViewRows } from '@drover/jobs/contract/view';
import { segment, type Transport } from './http/transport.ts';
import type { CallOptions } from './operations.ts';

export type View = ViewResource;
export type ViewPage = ViewRows;
export type ViewValue = string | number | boolean | null;
export type ViewRow = Readonly<Record<string, ViewValue>>;

type Scalar = string | number | boolean;

/** Conditions by column, all of which a row meets: a value, any of several, or a range with both ends. */
export type ViewConditions = Readonly<
  Record<string, Scalar | readonly Scalar[] | { min?: Scalar; max?: Scalar }>
>;

export interface ViewRowsOptions extends CallOptions {
  filter?: ViewConditions | undefined;
}

export interface ViewPageOptions extends ViewRowsOptions {
  /** Most rows of the page, 1 000 at most; default 100. */
  limit?: number | undefined;
  /** `nextCursor` of the page before, with the same filter. */
  cursor?: string | undefined;
}

const wholePage = 1_000;

/** The materialized views; reading them needs the role `read`. */
export const viewCalls = (transport: Transport) => {
  const read = async <T>(path: string, { signal }: CallOptions = {}): Promise<T> =>
    (await transport.request<T>({ method: 'GET', path, retry: 'always', signal })).body;

  const page = (
    name: string,
    { filter, limit, cursor, ...call }: ViewPageOptions = {},
  ): Promise<ViewPage> => {
    const query = new URLSearchParams();
    if (filter !== undefined) query.set('filter', JSON.stringify(filter));
    if (limit !== undefined) query.set('limit', String(limit));
    if (cursor !== undefined) query.set('cursor', cursor);
    const path = `views/${segment(name)}`;
    return read(query.size === 0 ? path : `${path}?${query}`, call);
  };

  return {
    /** Each with how fresh it is, and how its last refresh went. */
    list: async (call?: CallOptions): Promise<View[]> =>
      (await read<{ items: View[] }>('views', call)).items,
    /** A page of a view's rows, in the order of the columns that tell them apart. */
    page,
    /** All rows that meet the conditions, fetched page by page as the loop goes on. */
    rows: async function* (
      name: string,
      options: ViewRowsOptions = {},
    ): AsyncGenerator<ViewRow, void> {
      let cursor: string | undefined;
      do {
        const found = await page(name, { ...options, limit: wholePage, cursor });
        yield* found.items;
        cursor = found.nextCursor ?? undefined;
      } while (cursor !== undefined);
    },
  };
};
