import { PermanentError } from '@drover/jobs/definition/errors';
import type { ColumnKind } from '@drover/jobs/tables/column';
import type { Value } from '@drover/jobs/views/values';
import { styleOf } from './parts.ts';

/** The most characters that Excel takes in one cell. */
const maxCellLength = 32_767;

/** What a text in XML may not hold as it is: markup, and characters that XML has not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const special = /[&<>\0-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_/g;
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** `_x0007_` stands for the character 7 (ECMA-376, ST_Xstring); who means that text writes `_x005F_x0007_`. */
const escaped = (found: string): string =>
  entities[found] ??
  (found.startsWith('_x')
    ? `_x005F${found}`
    : `_x${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`);

const textCell = (text: string): string => {
  if (text.length > maxCellLength) {
    throw new PermanentError(
      `a text of ${text.length} characters does not fit into a cell of Excel (${maxCellLength}): use csv or json`,
      { code: 'cell-too-long' },
    );
  }
  return `<c t="inlineStr"><is><t xml:space="preserve">${text.replace(special, escaped)}</t></is></c>`;
};

/** Excel counts days from here. Its first two months have a day that never was: earlier ones stay texts. */
const epoch = Date.UTC(1899, 11, 30);
const firstDay = Date.UTC(1900, 2, 1);
const dayMs = 86_400_000;

const dateCell = (text: string, kind: 'date' | 'instant'): string => {
  const time = Date.parse(text);
  if (!(time >= firstDay)) return textCell(text);
  return `<c s="${styleOf[kind]}"><v>${(time - epoch) / dayMs}</v></c>`;
};

const cell = (value: Value, kind: ColumnKind | undefined): string => {
  if (value === null) return '<c/>';
  if (typeof value === 'number') return `<c><v>${value}</v></c>`;
  if (typeof value === 'boolean') return `<c t="b"><v>${value ? 1 : 0}</v></c>`;
  return kind === 'date' || kind === 'instant' ? dateCell(value, kind) : textCell(value);
};

/** A row of a sheet. Cells follow one another, so none needs to say where it is. */
export const rowXml = (row: readonly Value[], kinds: readonly ColumnKind[]): string => {
  let cells = '';
  for (const [at, value] of row.entries()) cells += cell(value, kinds[at]);
  return `<row>${cells}</row>`;
};
