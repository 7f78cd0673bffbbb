import {
  defaultPageSize,
  maxPageSize,
  type View,
  type ViewFilter,
} from '@drover/jobs/views/define-view';
import type { PageRequest } from '@drover/jobs/views/read-page';
import { Problem } from '@drover/shared/http/problem';
import { z } from 'zod';
import { parseQuery } from '../http/query.ts';
import { decodeCursor } from './cursor.ts';

/** Most characters of a filter: it stands in a URL. */
const maxFilterLength = 4_000;

/** The query string of `GET /views/:name`. */
export const rowsQuery = z.strictObject({
  filter: z
    .string()
    .max(maxFilterLength)
    .optional()
    .describe(
      'A JSON object of conditions by column, all of which a row meets: a value, a list of values, or `{"min", "max"}`, both included',
    )
    .meta({ examples: ['{"region":"Europe"}'] }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(maxPageSize)
    .default(defaultPageSize)
    .describe('Rows of the page')
    .meta({ examples: [100] }),
  cursor: z
    .string()
    .min(1)
    .max(4_000)
    .optional()
    .describe('`nextCursor` of the page before, with the same filter'),
});

const invalid = (fault: string) =>
  new Problem('invalid-parameters', `The query string is not valid: filter: ${fault}.`);

/** What JSON can hold and Postgres cannot. */
const hasNullCharacter = (text: string) => text.includes('\u0000') || text.includes('\\u0000');

/** @throws Problem `invalid-parameters`, naming the column. */
const parseFilter = (text: string, view: View): ViewFilter => {
  if (hasNullCharacter(text)) throw invalid('texts cannot have a null character');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid('expected a JSON object such as {"column":"value"}');
  }
  const checked = view.filter.safeParse(json);
  if (checked.success) return checked.data;
  const faults = checked.error.issues.map((issue) => {
    const message =
      issue.code === 'unrecognized_keys' ? unknownColumns(issue.keys, view) : issue.message;
    return [...issue.path.map(String), message].join(': ');
  });
  throw invalid(faults.join('; ').slice(0, 500));
};

const unknownColumns = (names: readonly string[], view: View): string =>
  `no columns: ${names.join(', ').slice(0, 100)}; there are ${view.columns.map(({ name }) => name).join(', ')}`;

/** @throws Problem `invalid-parameters`. */
export const parsePageRequest = (
  query: unknown,
  { view, tenant }: { view: View; tenant: string },
): PageRequest => {
  const { filter: text, limit, cursor } = parseQuery(rowsQuery, query);
  const filter = text === undefined ? {} : parseFilter(text, view);
  const rows = { view, filter, tenant };
  const after = cursor === undefined ? undefined : decodeCursor(cursor, rows);
  return { ...rows, limit, after };
};
