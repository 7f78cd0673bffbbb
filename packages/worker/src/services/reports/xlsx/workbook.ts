import { Readable } from 'node:stream';
import type { View } from '@drover/jobs/views/define-view';
import { ZipFile } from 'yazl';
import type { ViewRows } from '../view-rows.ts';
import { rowXml } from './cells.ts';
import { sheetFrame, sheetPath, workbookParts } from './parts.ts';

/** Excel takes 1 048 576 rows in a sheet; one is the header. */
const rowsPerSheet = 1_048_575;

/** Longest name of a sheet, less what tells several apart. */
const maxNameLength = 24;

/** The rows of all batches, again and again in batches, but no more than a sheet takes. */
const sheetsOf = ({ batches }: ViewRows, size: number) => {
  const source = batches[Symbol.asyncIterator]();
  let rest: readonly (readonly (string | number | boolean | null)[])[] = [];
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
  batches: AsyncIterable<ReadonlyArray<Parameters<typeof rowXml>[0]>>,
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
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  // The library tells of what fails in a source on itself, and leaves its output open.
  zip.on('error', (err) => output.destroy(err));
  for (const [path, content] of Object.entries(workbookParts(sheets))) {
    zip.addBuffer(Buffer.from(content), path);
  }
  const nextSheet = sheetsOf(rows, size);
  for (const at of sheets.keys()) {
    zip.addReadStreamLazy(sheetPath(at + 1), (open) =>
      open(null, Readable.from(sheetXml(view, nextSheet()))),
    );
  }
  zip.end();
  yield* output;
};
