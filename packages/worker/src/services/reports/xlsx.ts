import { PermanentError } from '@drover/jobs/definition/errors';
import type { ColumnKind } from '@drover/jobs/tables/column';
import type { View } from '@drover/jobs/views/define-view';
import { writeXlsxStream } from 'hucre/xlsx';
import type { Value } from './values.ts';
import type { ViewRows } from './view-rows.ts';

/** The most characters that Excel takes in one cell. */
const maxCellLength = 32_767;

/** Longest name of a sheet. */
const maxNameLength = 31;

/** How Excel shows what it stores as a number of days. */
const formats: Partial<Record<ColumnKind, string>> = {
  date: 'yyyy-mm-dd',
  instant: 'yyyy-mm-dd hh:mm:ss',
};

/** Excel's calendar begins here; earlier days stay texts. */
const firstDay = Date.UTC(1900, 2, 1);

const dayOf = (text: string): Date | string => {
  const date = new Date(text);
  return date.getTime() >= firstDay ? date : text;
};

const cellOf = (value: Value, kind: ColumnKind | undefined): Value | Date => {
  if (typeof value !== 'string') return value;
  if (kind === 'date' || kind === 'instant') return dayOf(value);
  if (value.length <= maxCellLength) return value;
  throw new PermanentError(
    `a text of ${value.length} characters does not fit into a cell of Excel (${maxCellLength}): use csv or json`,
    { code: 'cell-too-long' },
  );
};

/**
 * An Excel workbook. What does not fit into a sheet of 1 048 576 rows goes on in the next; each has a
 * header. Texts are never formulas there.
 */
export const xlsxContent = async function* (
  view: View,
  { batches }: ViewRows,
): AsyncGenerator<Uint8Array> {
  const kinds = view.columns.map(({ kind }) => kind);
  const cells = async function* () {
    for await (const rows of batches) {
      for (const row of rows) yield row.map((value, at) => cellOf(value, kinds[at]));
    }
  };
  yield* writeXlsxStream(cells(), {
    name: view.name.slice(0, maxNameLength),
    columns: view.columns.map(({ name, kind }) => {
      const numFmt = formats[kind];
      return { header: name, ...(numFmt && { numFmt }) };
    }),
    freezePane: { rows: 1 },
  });
};
