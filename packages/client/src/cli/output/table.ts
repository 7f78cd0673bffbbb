/** A column: its title, and what it shows of a row. */
export interface Column<Row> {
  title: string;
  /** Plain text, which decides how wide the column is. */
  text: (row: Row) => string;
  /** Colours the text, without changing its width. */
  paint?: (text: string, row: Row) => string;
  /** Numbers stand to the right; default false. */
  right?: boolean;
}

/** Lines of a table: titles, then one line for each row, columns two spaces apart. */
export const tableLines = <Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  paintTitle: (text: string) => string,
): string[] => {
  const cells = rows.map((row) => columns.map(({ text }) => text(row)));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((line) => line[index]?.length ?? 0)),
  );
  const isLast = (index: number) => index === columns.length - 1;
  const pad = (text: string, index: number, shown = text) => {
    const space = ' '.repeat((widths[index] ?? 0) - text.length);
    if (columns[index]?.right) return space + shown;
    return isLast(index) ? shown : shown + space;
  };
  return [
    columns.map(({ title }, index) => pad(title, index, paintTitle(title))).join('  '),
    ...rows.map((row, at) =>
      columns
        .map(({ paint }, index) => {
          const text = cells[at]?.[index] ?? '';
          return pad(text, index, paint?.(text, row));
        })
        .join('  '),
    ),
  ];
};
