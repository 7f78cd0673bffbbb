import { PermanentError } from '@drover/jobs/definition/errors';
import type { ImportTable } from '@drover/jobs/imports/define-import';
import { quoted } from '@drover/jobs/tables/column';
import type { PoolClient } from 'pg';

/** A column of the table as the database has it. */
export interface TargetColumn {
  /** Quoted. */
  readonly name: string;
  /** Its type, without a length: a cast to that would cut texts off instead of refusing them. */
  readonly type: string;
  /** The SQL of its default. */
  readonly fallback: string | undefined;
}

const unfit = (message: string, code: string) => new PermanentError(message, { code });

/**
 * Looks the columns of an importable table up, in the order of its declaration.
 * @throws PermanentError `table-missing`, or `table-unfit` when the declaration does not fit the table.
 */
export const describeTarget = async (
  client: PoolClient,
  table: ImportTable,
): Promise<readonly TargetColumn[]> => {
  const { rows } = await client.query<{ name: string; type: string; fallback: string | null }>(
    `select a.attname as name, format_type(a.atttypid, null) as type,
            pg_get_expr(d.adbin, d.adrelid) as fallback
       from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped`,
    [table.relation],
  );
  if (rows.length === 0) {
    const hint = table.demo
      ? ' It belongs to the demonstration schema: npm run seed makes it.'
      : '';
    throw unfit(`the table "${table.name}" is not in the database.${hint}`, 'table-missing');
  }
  return table.columns.map(({ name }) => {
    const found = rows.find((row) => row.name === name);
    if (!found) throw unfit(`the table ${table.name} has no column "${name}"`, 'table-unfit');
    return { name: quoted(name), type: found.type, fallback: found.fallback ?? undefined };
  });
};
