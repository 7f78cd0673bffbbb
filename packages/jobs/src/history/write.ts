import type { Queryable } from '@drover/shared/database/in-transaction';
import type { HistoryRow } from './row.ts';
import { termsOfRow } from './terms.ts';

/** The columns of `drover.jobs` with their types, each with what it is in a {@link HistoryRow}. */
const columns = [
  ['submitted_at', 'timestamptz', 'submittedAt'],
  ['id', 'text', 'id'],
  ['tenant', 'text', 'tenant'],
  ['type', 'text', 'type'],
  ['queue', 'text', 'queue'],
  ['status', 'text', 'status'],
  ['priority', 'int', 'priority'],
  ['tags', 'text', 'tags'],
  ['workflow', 'text', 'workflow'],
  ['step', 'text', 'step'],
  ['schedule', 'text', 'schedule'],
  ['created_at', 'timestamptz', 'createdAt'],
  ['run_at', 'timestamptz', 'runAt'],
  ['started_at', 'timestamptz', 'startedAt'],
  ['finished_at', 'timestamptz', 'finishedAt'],
  ['attempts_made', 'int', 'attemptsMade'],
  ['attempts_max', 'int', 'attemptsMax'],
  ['error_code', 'text', 'errorCode'],
  ['error_message', 'text', 'errorMessage'],
  ['resource', 'text', 'resource'],
  ['words', 'text', 'text'],
  ['seen_at', 'bigint', 'seenAt'],
  ['origin', 'text', 'origin'],
] as const satisfies readonly (readonly [string, string, keyof HistoryRow])[];

const names = columns.map(([name]) => name);

/** How columns are made of what comes as something else. */
const conversions: Readonly<Record<string, string>> = {
  tags: 'tags::text[]',
  words: `to_tsvector('simple', words) || ${termsOfRow}`,
};

const changing = names.filter((name) => !['submitted_at', 'id'].includes(name));

const upsert = `
  insert into drover.jobs as known (${names.join(', ')})
  select ${names.map((name) => conversions[name] ?? name).join(', ')}
  from unnest(${columns.map(([, type], n) => `$${n + 1}::${type}[]`).join(', ')})
    as given(${names.join(', ')})
  on conflict (submitted_at, id) do update set
    ${changing.map((name) => `${name} = excluded.${name}`).join(', ')}, gone_at = null
  where known.seen_at < excluded.seen_at
`;

const special = /["\\]/g;

/** An array as Postgres reads it from text: the driver's own way takes several times as long. */
const toArray = (values: readonly (string | number | null)[]): string => {
  let text = '{';
  for (const value of values) {
    if (text.length > 1) text += ',';
    if (value === null) text += 'NULL';
    else if (typeof value === 'number') text += value;
    else text += `"${value.replace(special, '\\$&')}"`;
  }
  return `${text}}`;
};

const parametersOf = (rows: readonly HistoryRow[]): string[] =>
  columns.map(([, , field]) =>
    toArray(
      rows.map((row) => {
        const value = row[field];
        return typeof value === 'object' && value !== null ? toArray(value) : value;
      }),
    ),
  );

const byKey = (one: HistoryRow, other: HistoryRow): number => {
  if (one.submittedAt !== other.submittedAt) return one.submittedAt < other.submittedAt ? -1 : 1;
  return one.id < other.id ? -1 : 1;
};

/**
 * Writes rows of different jobs, in one statement. A row that is known of a later moment stays as it is,
 * so order does not matter, and doing it again does no harm. They are written in the order of their keys:
 * two who write the same rows wait for each other, and neither fails.
 * @returns how many were new, or newer than what was known.
 */
export const writeRows = async (db: Queryable, rows: readonly HistoryRow[]): Promise<number> => {
  if (rows.length === 0) return 0;
  const sorted = rows.toSorted(byKey);
  const { rowCount } = await db.query(upsert, parametersOf(sorted));
  return rowCount ?? 0;
};
