import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PermanentError } from '@drover/jobs/definition/errors';
import type { ImportColumn, ImportTable } from '@drover/jobs/imports/define-import';
import { unfitColumns } from '@drover/jobs/imports/unfit-columns';
import { CsvError, parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import { type FileRow, maxRowLength, type RowReader } from './row.ts';
import { malformed } from './utf8.ts';

const number = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
const booleans: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false };

/** A field as the column's schema expects it; what it is not stays text, for the schema to refuse. */
const typedValue = (text: string, { kind }: ImportColumn): unknown => {
  if (text === '') return undefined;
  if (kind === 'integer' || kind === 'number') return number.test(text) ? Number(text) : text;
  if (kind === 'boolean') return booleans[text.trim().toLowerCase()] ?? text;
  return text;
};

const columnsOf = (table: ImportTable, names: readonly string[]): readonly ImportColumn[] => {
  const faults = unfitColumns(table, names);
  if (faults.length > 0) {
    throw new PermanentError(`the header line does not fit: ${faults.join('; ').slice(0, 1_000)}`, {
      code: 'columns-unfit',
    });
  }
  return names.map((name) => table.columns.find((column) => column.name === name) as ImportColumn);
};

const breaksIn = (fields: readonly string[]): number => {
  let breaks = 0;
  for (const field of fields) {
    for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) breaks += 1;
  }
  return breaks;
};

const toRow = (
  fields: readonly string[],
  line: number,
  columns: readonly ImportColumn[],
): FileRow => {
  if (fields.length !== columns.length) {
    const fault = `expected ${columns.length} fields, got ${fields.length}`;
    return { line, values: undefined, fault, original: fields };
  }
  const values: Record<string, unknown> = {};
  for (const [at, column] of columns.entries()) {
    const value = typedValue(fields[at] ?? '', column);
    if (value !== undefined) values[column.name] = value;
  }
  return { line, values, original: fields };
};

const parserOf = (text: AsyncIterable<string>, signal: AbortSignal) => {
  const parser = parse({ relax_column_count: true, max_record_size: maxRowLength });
  // What goes wrong here ends the parser with the error, where its reader meets it.
  pipeline(Readable.from(text), parser, { signal }).catch(() => undefined);
  return parser;
};

/**
 * Reads csv as RFC 4180 has it: commas, quotes doubled, lines that end with LF or CRLF. The first line
 * names the columns unless `columns` does. An empty field is no value.
 * @throws PermanentError `columns-unfit`, or `source-malformed` where quotes leave no telling of rows.
 */
export const csvRows = (
  text: AsyncIterable<string>,
  table: ImportTable,
  given: readonly string[] | undefined,
  signal: AbortSignal,
): RowReader => {
  let names = given;
  const rows = async function* (): AsyncGenerator<FileRow> {
    let columns = given && columnsOf(table, given);
    let line = 1;
    try {
      for await (const fields of parserOf(text, signal) as AsyncIterable<string[]>) {
        const begins = line;
        line += 1 + breaksIn(fields);
        if (fields.length === 1 && fields[0] === '') continue;
        if (columns) {
          yield toRow(fields, begins, columns);
        } else {
          columns = columnsOf(table, fields);
          names = fields;
        }
      }
    } catch (err) {
      throw err instanceof CsvError ? malformed(`${err.message}`, err) : err;
    }
    if (!columns) throw malformed('it is empty, and has no header line');
  };
  return {
    rows: rows(),
    rejected: {
      name: 'rejected.csv',
      header: () => stringify([['line', 'reason', ...(names ?? [])]]),
      lines: (rejected) =>
        stringify(
          rejected.map(({ line, reason, original }) => [line, reason, ...(original as string[])]),
        ),
    },
  };
};
