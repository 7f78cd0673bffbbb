import { quoted } from '@drover/jobs/tables/column';
import { type RowsRequest, whereOf } from '@drover/jobs/views/conditions';
import type { View } from '@drover/jobs/views/define-view';
import { readerOf, type Value } from '@drover/jobs/views/values';
import type { Pool, PoolClient } from 'pg';
import { frugalHeap } from '../database/frugal-heap.ts';
import { beginTransaction } from '../database/transaction.ts';

/** Rows that are in memory at once: those fetched and those being written. */
const batchSize = 100;

/** One state of the data from the first row to the last; texts of dates that do not depend on the server. */
const begin = `begin isolation level repeatable read read only;
  set local timezone = 'UTC';
  set local datestyle = 'ISO'`;

export interface ViewRows {
  /** How many there will be. */
  readonly total: number;
  /** In the order of the view's key. */
  readonly batches: AsyncIterable<readonly (readonly Value[])[]>;
}

/** Values are read by the view's own definition, so the driver is not to read them too. */
const asText = { getTypeParser: () => (text: string | null) => text };

/**
 * A cursor of SQL and not of the protocol: there the statement timeout would count from the first row
 * to the last, here each batch has its own.
 */
const cursor = 'drover_report';

const fetchBatches = async function* (client: PoolClient, view: View) {
  const readers = view.columns.map(({ kind }) => readerOf(kind));
  const text = `fetch forward ${batchSize} from ${cursor}`;
  for (;;) {
    const { rows } = await client.query<(string | null)[]>({
      text,
      rowMode: 'array',
      types: asText as never,
    });
    if (rows.length === 0) return;
    yield rows.map((row) =>
      row.map((value, at) => (value === null ? null : (readers[at]?.(value) ?? value))),
    );
  }
};

/**
 * Reads a view's rows with a cursor, and hands them to `use` as they come. The transaction lasts as
 * long as `use` is iterated over.
 */
export const withViewRows = async function* <T>(
  pool: Pool,
  request: RowsRequest,
  signal: AbortSignal,
  use: (rows: ViewRows) => AsyncIterable<T>,
): AsyncGenerator<T> {
  using _ = frugalHeap();
  await using transaction = await beginTransaction(pool, { begin, signal });
  const { client } = transaction;
  const { view } = request;
  const { sql, values } = whereOf(request);
  const from = `from ${view.relation} ${sql}`;
  const counted = await client.query<{ total: string }>(`select count(*) as total ${from}`, [
    ...values,
  ]);
  const columns = view.columns.map(({ name }) => quoted(name)).join(', ');
  const order = view.uniqueBy.map(quoted).join(', ');
  const query = `select ${columns} ${from} order by ${order}`;
  await client.query(`declare ${cursor} no scroll cursor for ${query}`, [...values]);
  yield* use({ total: Number(counted.rows[0]?.total), batches: fetchBatches(client, view) });
  await transaction.commit();
};
