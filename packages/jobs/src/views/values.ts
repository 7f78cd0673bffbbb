import type { ColumnKind } from '../tables/column.ts';

/** A value of a row: numbers and booleans as such, all else as text. */
export type Value = string | number | boolean | null;

/** A number as such where that loses nothing, else as its digits. */
const numberOf = (text: string): Value => {
  const number = Number(text);
  if (Number.isNaN(number) || !Number.isFinite(number)) return text;
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
};

/** Postgres writes an instant as `2026-01-31 08:00:00.25+00` where the time zone is UTC. */
const instantOf = (text: string): string =>
  /^\d{4}-\d\d-\d\d \d/.test(text)
    ? `${text.slice(0, 10)}T${text.slice(11).replace(/\+00$/, '')}Z`
    : text;

/** Reads what Postgres wrote for a value, by the kind that the view's definition says it has. */
export const readerOf = (kind: ColumnKind): ((text: string) => Value) => {
  if (kind === 'integer' || kind === 'number') return numberOf;
  if (kind === 'boolean') return (text) => text === 't';
  if (kind === 'instant') return instantOf;
  return (text) => text;
};
