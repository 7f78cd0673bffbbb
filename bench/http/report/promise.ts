import { type Row, table, verdict } from '../../table.ts';

/** A figure that Drover promises. */
export interface Promised {
  readonly name: string;
  readonly figure: string;
  /** What it is made of or how it varied; may be empty. */
  readonly note: string;
  readonly target: string;
  readonly isMet: boolean;
}

/** One line for each promise, with its verdict. */
export const promises = (title: string, promised: readonly Promised[]): string => {
  const row = ({ name, figure, note, target, isMet }: Promised): Row => [
    `  ${name}`,
    figure,
    note,
    target,
    verdict(isMet),
  ];
  return table([[title, 'figure', 'from', 'target', ''], ...promised.map(row)]);
};
