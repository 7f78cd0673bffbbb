import { CodedError } from '@drover/shared/errors';
import type { z } from 'zod';

/** What a column of a view or of an importable table holds, as far as files are concerned. */
export type ColumnKind = 'text' | 'integer' | 'number' | 'boolean' | 'date' | 'instant';

interface JsonType {
  type?: string | string[];
  format?: string;
  anyOf?: JsonType[];
}

/** What is left of a schema when it may not be null. */
const withoutNull = ({ type, anyOf, ...rest }: JsonType): JsonType | undefined => {
  const kinds = [type ?? []].flat().filter((it) => it !== 'null');
  const others = (anyOf ?? []).filter((it) => it.type !== 'null');
  if (kinds.length + others.length !== 1) return undefined;
  return others[0] ?? { ...rest, type: kinds };
};

const kindOfJson = (schema: JsonType): ColumnKind | undefined => {
  const { type = [], format } = withoutNull(schema) ?? {};
  const [name] = [type].flat();
  if (name === 'integer' || name === 'number' || name === 'boolean') return name;
  if (name !== 'string') return undefined;
  if (format === 'date') return 'date';
  return format === 'date-time' ? 'instant' : 'text';
};

/**
 * The kind of a column's schema: a string, an integer, a number, a boolean, an ISO date or date-time,
 * which may be nullable or optional.
 * @throws CodedError `column-invalid` for any other schema.
 */
export const columnKindOf = (name: string, schema: z.ZodType): ColumnKind => {
  const kind = kindOfJson(schema.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as JsonType);
  if (kind) return kind;
  throw new CodedError(
    'column-invalid',
    `The column "${name}" is neither a string, a number, a boolean, an ISO date nor an ISO date-time.`,
  );
};

/** Names of columns, tables and views: what needs no quotes in Postgres, and leaves room for suffixes. */
export const isPlainName = (name: string): boolean => /^[a-z][a-z0-9_]{0,47}$/.test(name);

/** An identifier as SQL text. The names come from declarations, never from clients. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
