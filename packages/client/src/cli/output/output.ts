import { stripVTControlCharacters, styleText } from 'node:util';
import { printableJson } from './printable.ts';
import { type Column, tableLines } from './table.ts';

export type Style = Parameters<typeof styleText>[0];

/** Where a command writes. Results go to stdout, messages to stderr. */
export interface Output {
  /** Whether a person looks at stdout, on a terminal. */
  readonly interactive: boolean;
  /** A line of the result. */
  line(text: string): void;
  /** Text as it is, to stdout. */
  raw(text: string): void;
  /** A line for the person who called. */
  note(text: string): void;
  /** A whole JSON document. */
  document(value: unknown): void;
  /** A line of NDJSON. */
  record(value: unknown): void;
  /** A table. */
  table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): void;
  /** Coloured where stdout is a terminal and NO_COLOR is not set. */
  paint(style: Style, text: string): string;
}

export const createOutput = (stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output => {
  const line = (text: string) => void stdout.write(`${text}\n`);
  const paint = (style: Style, text: string) => styleText(style, text, { stream: stdout });
  return {
    interactive: stdout.isTTY === true,
    line,
    raw: (text) => void stdout.write(text),
    note: (text) => void stderr.write(`${stderr.isTTY ? text : stripVTControlCharacters(text)}\n`),
    document: (value) => line(printableJson(value, 2)),
    record: (value) => line(printableJson(value)),
    table: (columns, rows) => {
      for (const text of tableLines(columns, rows, (title) => paint('bold', title))) line(text);
    },
    paint,
  };
};
