import { databaseFailure, sqlStateOf } from '@drover/shared/database/failures';
import type { Transactional } from '@drover/shared/database/in-transaction';
import { CodedError } from '@drover/shared/errors';
import { quoted } from '../tables/column.ts';
import { type RowsRequest, whereOf } from './conditions.ts';
import { readRecord } from './record.ts';
import { readerOf, type Value } from './values.ts';

/** Which rows of a view are asked for. */
export interface PageRequest extends RowsRequest {
  readonly limit: number;
  /** The key of the row that the page comes after, in the order of `uniqueBy`. */
  readonly after?: readonly Value[] | undefined;
}

/** Rows of a view, and of when they are. Instants are milliseconds since 1970. */
export interface ViewPage {
  readonly items: readonly Readonly<Record<string, Value>>[];
  readonly hasMore: boolean;
  /** The moment that the rows tell of. */
  readonly refreshedAt: number | null;
  /** The last attempt to refresh them. */
  readonly generation: number;
  readonly attemptedAt: number;
}

const begin = `begin isolation level repeatable read read only;
  set local timezone = 'UTC';
  set local datestyle = 'ISO'`;

/** Values are read by the view's own definition, so the driver is not to read them too. */
const asText = { getTypeParser: () => (text: string | null) => text };

const statementOf = (request: PageRequest) => {
  const { view, limit, after } = request;
  const { sql, values } = whereOf(request);
  const all = [...values];
  const key = view.uniqueBy.map(quoted).join(', ');
  const columns = view.columns.map(({ name }) => quoted(name)).join(', ');
  const later = after && `(${key}) > (${after.map((value) => `$${all.push(value)}`).join(', ')})`;
  const where = later ? `${sql === '' ? 'where' : `${sql} and`} ${later}` : sql;
  // One more than asked for tells whether there are more.
  const limited = `limit $${all.push(limit + 1)}`;
  return {
    text: `select ${columns} from ${view.relation} ${where} order by ${key} ${limited}`,
    values: all,
  };
};

const undefinedRelations = ['42P01', '3F000'];

/** @returns the error as callers of {@link readPage} are told of it. */
const pageFailure = (thrown: unknown, { view }: PageRequest): unknown => {
  const state = sqlStateOf(thrown);
  if (state !== undefined && undefinedRelations.includes(state)) {
    const message = `the view "${view.name}" is not in the database`;
    return new CodedError('view-missing', message, { cause: thrown });
  }
  // Class 22: a value that the column's type cannot hold. The view's own rows are computed already.
  if (state?.startsWith('22')) {
    const message = 'a value of the filter does not fit its column';
    return new CodedError('filter-invalid', message, { cause: thrown });
  }
  return databaseFailure(thrown);
};

const readRows = async (pool: Transactional, request: PageRequest): Promise<ViewPage> => {
  const { view, limit } = request;
  const readers = view.columns.map(({ name, kind }) => ({ name, read: readerOf(kind) }));
  const client = await pool.connect();
  let isDone = false;
  try {
    await client.query(begin);
    const record = await readRecord(client, view.name);
    const { rows } = await client.query<(string | null)[]>({
      ...statementOf(request),
      rowMode: 'array',
      types: asText as never,
    });
    await client.query('commit');
    isDone = true;
    const items = rows.slice(0, limit).map((row) =>
      Object.fromEntries(
        readers.map(({ name, read }, at) => {
          const text = row[at] ?? null;
          return [name, text === null ? null : read(text)];
        }),
      ),
    );
    return {
      items,
      hasMore: rows.length > limit,
      refreshedAt: record?.refreshedAt ?? null,
      generation: record?.generation ?? 0,
      attemptedAt: record?.attemptedAt ?? 0,
    };
  } finally {
    // Closing the connection ends the transaction, whatever state it is in.
    client.release(!isDone);
  }
};

/**
 * Rows of a view in the order of its key, with the state of its refreshes at the same moment.
 * @throws CodedError `view-missing`, `filter-invalid`, `database-unavailable`, `database-busy`,
 *   `database-error`.
 */
export const readPage = async (pool: Transactional, request: PageRequest): Promise<ViewPage> => {
  try {
    return await readRows(pool, request);
  } catch (thrown) {
    throw pageFailure(thrown, request);
  }
};
