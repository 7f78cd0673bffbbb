import { Readable } from 'node:stream';
import type { View } from '@drover/jobs/views/define-view';
import type { Value } from '@drover/jobs/views/values';
import type { ViewRows } from '../view-rows.ts';
import { rowXml } from './cells.ts';
import { sheetFrame, sheetPath, workbookParts } from './parts.ts';
import { zipOf } from './zip.ts';

/** Excel takes 1 048 576 rows in a sheet; one is the header. */
const rowsPerSheet = 1_048_575;

/** Longest name of a sheet, less what tells several apart. */
const maxNameLength = 24;

type Row = readonly Value[];

/** The rows of all batches, again and again in batches, but no more than a sheet takes. */
const sheetsOf = (source: AsyncIterator<readonly Row[]>, size: number) => {
  let rest: readonly Row[] = [];
  return async function* () {
    let left = size;
    while (left > 0) {
      if (rest.length === 0) {
        const next = await source.next();
        if (next.done) return;
        rest = next.value;
      }
      yield rest.slice(0, left);
      const taken = Math.min(left, rest.length);
      rest = rest.slice(taken);
      left -= taken;
    }
  };
};

const sheetXml = async function* (
  view: View,
  batches: AsyncIterable<readonly Row[]>,
): AsyncGenerator<Buffer> {
  const kinds = view.columns.map(({ kind }) => kind);
  const names = view.columns.map(({ name }) => name);
  yield Buffer.from(
    sheetFrame.head +
      rowXml(
        names,
        names.map(() => 'text' as const),
      ),
  );
  for await (const rows of batches) {
    yield Buffer.from(rows.map((row) => rowXml(row, kinds)).join(''));
  }
  yield Buffer.from(sheetFrame.foot);
};

/**
 * An Excel workbook, compressed as it is written. What does not fit into a sheet goes on in the next;
 * each has a header. Texts are never formulas there.
 * @param size rows of a sheet, without its header; default as many as Excel takes.
 */
export const xlsxContent = async function* (
  view: View,
  rows: ViewRows,
  size = rowsPerSheet,
): AsyncGenerator<Uint8Array> {
  const count = Math.max(1, Math.ceil(rows.total / size));
  const name = view.name.slice(0, maxNameLength);
  const sheets = Array.from({ length: count }, (_, at) => (at === 0 ? name : `${name}_${at + 1}`));
  const source = rows.batches[Symbol.asyncIterator]();
  const nextSheet = sheetsOf(source, size);
  const zip = zipOf(
    workbookParts(sheets),
    sheets.map((_, at) => ({
      path: sheetPath(at + 1),
      open: () => Readable.from(sheetXml(view, nextSheet())),
    })),
  );
  try {
    yield* zip;
  } finally {
    await source.return?.();
  }
};
