import type { Queryable } from '@drover/shared/database/in-transaction';

/** What is recorded of a view's refreshes. Instants are milliseconds since 1970. */
export interface ViewRecord {
  readonly name: string;
  /** Counts the attempts to refresh it. */
  readonly generation: number;
  /** When the last attempt began. */
  readonly attemptedAt: number;
  /** The moment that the rows tell of. */
  readonly refreshedAt: number | null;
  readonly rows: number | null;
  /** Rows that the last refresh recomputed; null where that was all. */
  readonly recomputed: number | null;
  readonly tookMs: number | null;
  /** Of the last attempt, where it failed. */
  readonly failedAt: number | null;
  readonly error: string | null;
}

const instant = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

const columns = `name, generation::float8 as generation, ${instant('attempted_at')} as "attemptedAt",
  ${instant('refreshed_at')} as "refreshedAt", rows::float8 as rows, recomputed::float8 as recomputed,
  took_ms as "tookMs", ${instant('failed_at')} as "failedAt", error`;

/** The records of all views that are in the database, by name. */
export const readRecords = async (db: Queryable): Promise<ReadonlyMap<string, ViewRecord>> => {
  const { rows } = await db.query<ViewRecord>(`select ${columns} from drover.views`);
  return new Map(rows.map((record) => [record.name, record]));
};

export const readRecord = async (db: Queryable, view: string): Promise<ViewRecord | undefined> => {
  const sql = `select ${columns} from drover.views where name = $1`;
  return (await db.query<ViewRecord>(sql, [view])).rows[0];
};

/** Notes that an attempt begins, for all to see at once: requests from now on are for the next one. */
export const noteAttempt = async (db: Queryable, view: string): Promise<void> => {
  await db.query(
    `insert into drover.views as v (name, generation) values ($1, 1)
     on conflict (name) do update
       set generation = v.generation + 1, attempted_at = clock_timestamp()`,
    [view],
  );
};

export interface Refreshed {
  rows: number;
  recomputed: number | null;
  tookMs: number;
}

/** Notes that the rows are those of the moment at which the transaction under way began. */
export const noteRefreshed = async (
  db: Queryable,
  view: string,
  { rows, recomputed, tookMs }: Refreshed,
): Promise<void> => {
  await db.query(
    `insert into drover.views as v (name, refreshed_at, rows, recomputed, took_ms)
     values ($1, transaction_timestamp(), $2, $3, $4)
     on conflict (name) do update
       set refreshed_at = excluded.refreshed_at, rows = excluded.rows, recomputed = excluded.recomputed,
           took_ms = excluded.took_ms, failed_at = null, error = null`,
    [view, rows, recomputed, tookMs],
  );
};

export const noteFailure = async (db: Queryable, view: string, error: string): Promise<void> => {
  await db.query(
    'update drover.views set failed_at = clock_timestamp(), error = $2 where name = $1',
    [view, error],
  );
};
