import { type FileRow, maxRowLength, type RowReader } from './row.ts';
import { malformed } from './utf8.ts';

/** The lines of a text, without their ends. */
const linesOf = async function* (text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  let line = 1;
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    line += lines.length;
    if (rest.length > maxRowLength) throw malformed(`line ${line} is too long`);
    yield* lines;
  }
  if (rest !== '') yield rest;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const withoutNulls = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

const toRow = (text: string, line: number): FileRow => {
  try {
    const row: unknown = JSON.parse(text);
    if (isObject(row)) return { line, values: withoutNulls(row), original: row };
    return { line, values: undefined, fault: 'expected a JSON object', original: row };
  } catch {
    return { line, values: undefined, fault: 'not JSON', original: text };
  }
};

/** Reads a JSON object from each line. A null is no value; empty lines are skipped. */
export const ndjsonRows = (text: AsyncIterable<string>): RowReader => {
  const rows = async function* (): AsyncGenerator<FileRow> {
    let line = 0;
    for await (const each of linesOf(text)) {
      line += 1;
      if (each.trim() !== '') yield toRow(each, line);
    }
  };
  return {
    rows: rows(),
    rejected: {
      name: 'rejected.ndjson',
      header: () => '',
      lines: (rejected) =>
        rejected
          .map(({ line, reason, original }) => JSON.stringify({ line, reason, row: original }))
          .join('\n')
          .concat('\n'),
    },
  };
};
