import { quoted } from '../tables/column.ts';
import { type View, viewSchema } from './define-view.ts';
import type { Incremental } from './refresh-policy.ts';

/** A table that an incremental view reads, and where its changes are written down. */
export interface ChangeLog {
  /** The table, as SQL. */
  readonly source: string;
  /** The table of changes, as SQL: the columns of old and new rows; all null for a truncation. */
  readonly table: string;
  /** The trigger function, as SQL, without its parentheses. */
  readonly writer: string;
  /** Names of the triggers, by the operation that they follow. */
  readonly triggers: Readonly<Record<'insert' | 'update' | 'delete' | 'truncate', string>>;
  readonly columns: readonly string[];
  /** The author's query of the keys that a change concerns. */
  readonly keys: string;
}

const sourceOf = (name: string) => name.split('.').map(quoted).join('.');

/** The change logs of an incremental view; none of another one. */
export const changeLogsOf = ({ name, refresh }: View): readonly ChangeLog[] =>
  Object.entries(refresh.incremental?.sources ?? {}).map(([source, { columns, keys }], n) => {
    const trigger = (operation: string) => `drover_${name}_${operation}`;
    return {
      source: sourceOf(source),
      table: `${viewSchema}.${quoted(`${name}__changes_${n}`)}`,
      writer: `${viewSchema}.${quoted(`${name}__changed_${n}`)}`,
      triggers: {
        insert: trigger('insert'),
        update: trigger('update'),
        delete: trigger('delete'),
        truncate: trigger('truncate'),
      },
      columns,
      keys,
    };
  });

const listOf = (columns: readonly string[]) => columns.map(quoted).join(', ');

/**
 * Statements that make an empty change log and its triggers. The triggers hold with the rights of
 * whoever made them, so who writes to the source needs none here. A statement's changes are written
 * down in its own transaction: they are there exactly when the changes are.
 */
export const createChangeLog = (log: ChangeLog): string => {
  const { source, table, writer, triggers, columns } = log;
  const list = listOf(columns);
  const each = 'for each statement execute function';
  return `
    drop table if exists ${table};
    create table ${table} as select ${list} from ${source} with no data;
    create or replace function ${writer}() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $writer$
    begin
      if tg_op = 'INSERT' then
        insert into ${table} (${list}) select distinct ${list} from new_rows;
      elsif tg_op = 'DELETE' then
        insert into ${table} (${list}) select distinct ${list} from old_rows;
      elsif tg_op = 'UPDATE' then
        insert into ${table} (${list})
          select ${list} from old_rows union select ${list} from new_rows;
      else
        insert into ${table} default values;
      end if;
      return null;
    end $writer$;
    create or replace trigger ${quoted(triggers.insert)} after insert on ${source}
      referencing new table as new_rows ${each} ${writer}();
    create or replace trigger ${quoted(triggers.update)} after update on ${source}
      referencing old table as old_rows new table as new_rows ${each} ${writer}();
    create or replace trigger ${quoted(triggers.delete)} after delete on ${source}
      referencing old table as old_rows ${each} ${writer}();
    create or replace trigger ${quoted(triggers.truncate)} after truncate on ${source}
      ${each} ${writer}();`;
};

/** The table of the keys that a refresh recomputes, for its transaction. */
export const changedKeys = 'pg_temp.changed_keys';

export const createChangedKeys = ({ relation }: View, { key }: Incremental): string =>
  `create temporary table changed_keys on commit drop as
     select ${listOf(key)} from ${relation} with no data`;

/** Takes what a log holds, and adds the keys that it concerns to {@link changedKeys}. */
export const takeChanges = ({ table, keys }: ChangeLog, { key }: Incremental): string => `
  with changed as (delete from ${table} returning *),
       concerned (${listOf(key)}) as (${keys})
  insert into ${changedKeys} select distinct ${listOf(key)} from concerned
   where (${listOf(key)}) is not null`;

/** Forgets what a log holds. */
export const dropChanges = ({ table }: ChangeLog): string => `delete from ${table}`;

/** Whether a log holds anything. */
export const hasChanges = ({ table }: ChangeLog): string => `exists (select from ${table})`;

/** Whether a source has been truncated, so that everything may have changed. */
export const isAllChanged = ({ table, columns }: ChangeLog): string =>
  `exists (select from ${table} where ${columns.map((it) => `${quoted(it)} is null`).join(' and ')})`;

const sameKey = (key: readonly string[], one: string, other: string) =>
  key.map((it) => `${one}.${quoted(it)} = ${other}.${quoted(it)}`).join(' and ');

/** In their order, in which their rows lie close together in indexes, and mostly in tables as well. */
const distinctKeys = (key: readonly string[]) =>
  `(select distinct * from ${changedKeys} order by ${listOf(key)}) k`;

/**
 * Statements that put the rows of the changed keys right: the first deletes, the second inserts. Both
 * ask key by key, so that Postgres looks for the rows of a key, and groups them afterwards; "offset 0"
 * keeps it from joining all rows with the keys instead.
 */
export const recomputeChanged = (view: View, { key }: Incremental): readonly [string, string] => [
  `delete from ${view.relation} where ctid = any (array(
     select r.ctid from ${distinctKeys(key)}
      cross join lateral (
        select v.ctid from ${view.relation} v where ${sameKey(key, 'v', 'k')} offset 0
      ) r))`,
  `insert into ${view.relation}
   select r.* from ${distinctKeys(key)}
    cross join lateral (
      select * from (${view.sql}) q where ${sameKey(key, 'q', 'k')} offset 0
    ) r`,
];

/** Statements that put all rows right, and touch only those that are not. */
export const recomputeAll = ({ relation, sql, uniqueBy }: View): readonly string[] => [
  `create temporary table fresh_rows on commit drop as ${sql}`,
  'analyze fresh_rows',
  `delete from ${relation} v
    where not exists (
      select from fresh_rows f
       where ${sameKey(uniqueBy, 'f', 'v')} and row(f.*) is not distinct from row(v.*))`,
  `insert into ${relation}
   select f.* from fresh_rows f
    where not exists (select from ${relation} v where ${sameKey(uniqueBy, 'v', 'f')})`,
];
