import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ImportTable } from '@drover/jobs/imports/define-import';
import { quoted } from '@drover/jobs/tables/column';
import { sqlStateOf } from '@drover/shared/database/failures';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { copyLine } from './copy-text.ts';
import { describeTarget, type TargetColumn } from './target.ts';

/** A row that has been checked, on its way into the table. */
export interface StagedRow {
  readonly line: number;
  readonly values: readonly unknown[];
}

/** Why the database did not take a row, by the row's line. */
export type Refusals = ReadonlyMap<number, string>;

const staged = 'pg_temp.drover_import';
const refused = 'pg_temp.drover_import_refused';

/** Every field as text: a value that does not fit its type must not fail the whole batch. */
const createTables = (columns: readonly TargetColumn[]) => `
  create temporary table drover_import (
    line bigint, ${columns.map(({ name }) => `${name} text`).join(', ')}
  ) on commit drop;
  create temporary table drover_import_refused (
    line bigint, state text, detail text, message text, place text
  ) on commit drop;
  set constraints all immediate`;

const valueSql = ({ name, type, fallback }: TargetColumn, row: string) => {
  const value = `${row}.${name}::${type}`;
  return fallback === undefined ? value : `coalesce(${value}, ${fallback})`;
};

/** Inserts a batch with one statement, and answers the lines whose key was there already. */
const insertAll = (table: ImportTable, columns: readonly TargetColumn[]) => {
  const names = columns.map(({ name }) => name).join(', ');
  const key = table.key.map(quoted);
  const keys = key.join(', ');
  return `
    with typed as materialized (
      select s.line, ${columns.map((column) => `${valueSql(column, 's')} as ${column.name}`).join(', ')}
        from ${staged} s
    ), ranked as materialized (
      select *, row_number() over (partition by ${keys} order by line) as nth from typed
    ), inserted as (
      insert into ${table.relation} (${names})
      select ${names} from ranked where nth = 1 order by line
      on conflict (${keys}) do nothing
      returning ${keys}
    )
    select r.line from ranked r
     where r.nth > 1 or not exists (
       select from inserted i where ${key.map((name) => `i.${name} = r.${name}`).join(' and ')}
     )`;
};

/** State of rows whose key was there already; no SQLSTATE of Postgres. */
const conflict = 'key';

/** Inserts a batch row by row, on the server: those that it refuses do no harm to the others. */
const insertEach = (table: ImportTable, columns: readonly TargetColumn[]) => `
  do $import$
  declare
    staged record;
    failure record;
    state text; detail text; message text; place text; cause text;
  begin
    for staged in select * from ${staged} order by line loop
      begin
        insert into ${table.relation} (${columns.map(({ name }) => name).join(', ')})
        values (${columns.map((column) => valueSql(column, 'staged')).join(', ')})
        on conflict (${table.key.map(quoted).join(', ')}) do nothing;
        if not found then
          insert into ${refused} (line, state) values (staged.line, '${conflict}');
        end if;
      exception when data_exception or integrity_constraint_violation or raise_exception then
        get stacked diagnostics
          state = returned_sqlstate, detail = pg_exception_detail, message = message_text,
          place = column_name, cause = constraint_name;
        insert into ${refused}
        values (staged.line, state, detail, message, coalesce(nullif(place, ''), cause));
      end;
    end loop;
  end
  $import$`;

interface RefusedRow {
  line: string;
  state: string;
  detail: string | null;
  message: string | null;
  place: string | null;
}

/** What the database said of a row, as people are told of it. */
const reasonOf = (table: ImportTable, { state, detail, message, place }: RefusedRow): string => {
  switch (state) {
    case conflict:
      return `there is a row with this ${table.key.join(' and ')} already`;
    case '23502':
      return `${place}: must not be empty`;
    case '23514':
      return `violates the check ${place}`;
    case '23503':
    case '23505':
      return detail ?? `violates ${place}`;
    default:
      return message ?? state;
  }
};

/** Classes of what a single row can be to blame for: its data, the constraints, a trigger. */
const isRowsFault = (state: string | undefined): boolean =>
  state !== undefined && (/^2[23]/.test(state) || state === 'P0001');

/** Where the rows of one import wait before they go into the table, batch by batch. */
export interface Staging {
  /** Inserts a batch. @returns the rows that the database did not take. */
  insert(rows: readonly StagedRow[]): Promise<Refusals>;
}

/** Makes the staging of an import; it goes with the transaction of `client`. */
export const createStaging = async (client: PoolClient, table: ImportTable): Promise<Staging> => {
  const columns = await describeTarget(client, table);
  const statements = { all: insertAll(table, columns), each: insertEach(table, columns) };
  await client.query(createTables(columns));

  const copy = async (rows: readonly StagedRow[]) => {
    const text = rows.map(({ line, values }) => copyLine([line, ...values])).join('');
    await client.query(`truncate ${staged}, ${refused}`);
    await pipeline(
      Readable.from([Buffer.from(text)]),
      client.query(copyFrom(`copy ${staged} from stdin`)),
    );
  };

  const insertedEach = async (): Promise<Refusals> => {
    await client.query(statements.each);
    const { rows } = await client.query<RefusedRow>(`select * from ${refused}`);
    return new Map(rows.map((row) => [Number(row.line), reasonOf(table, row)]));
  };

  const insertedAll = async (): Promise<Refusals> => {
    const { rows } = await client.query<RefusedRow>(statements.all);
    return new Map(
      rows.map((row) => [Number(row.line), reasonOf(table, { ...row, state: conflict })]),
    );
  };

  return {
    insert: async (batch) => {
      await copy(batch);
      await client.query('savepoint batch');
      const refusals = await insertedAll().catch(async (err: unknown) => {
        if (!isRowsFault(sqlStateOf(err))) throw err;
        await client.query('rollback to savepoint batch');
        return insertedEach();
      });
      // Savepoints that are left would nest, and make every next batch slower.
      await client.query('release savepoint batch');
      return refusals;
    },
  };
};
