import type { View } from '@drover/jobs/views/define-view';
import { stringify } from 'csv-stringify/sync';
import type { ViewRows } from './view-rows.ts';

/**
 * RFC 4180 with a header line, in UTF-8. A null is an empty field, an empty text is `""`.
 * @param escapeFormulas puts an apostrophe before texts that a spreadsheet would run: those that begin
 *   with `=`, `+`, `-`, `@`, tab or carriage return.
 */
export const csvContent = async function* (
  view: View,
  { batches }: ViewRows,
  escapeFormulas: boolean,
): AsyncGenerator<Uint8Array> {
  const options = {
    record_delimiter: 'windows',
    quoted_empty: false,
    escape_formulas: escapeFormulas,
    cast: {
      boolean: String,
      string: (text: string) => (text === '' ? { value: text, quoted_empty: true } : text),
    },
  } as const;
  yield Buffer.from(stringify([view.columns.map(({ name }) => name)], options));
  for await (const rows of batches) yield Buffer.from(stringify(rows as never, options));
};
