/** One line of a table: a name and its figures. */
export type Row = readonly [name: string, ...figures: string[]];

/** Columns as wide as what stands in them: names to the left, figures to the right. */
export const table = (rows: readonly Row[]): string => {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = ([name, ...figures]: Row) =>
    [
      name.padEnd(widths[0] ?? 0),
      ...figures.map((figure, index) => figure.padStart(widths[index + 1] ?? 0)),
    ].join('  ');
  return rows.map(line).join('\n');
};

/** How a promise is kept: `met`, or `NOT met`. */
export const verdict = (isMet: boolean): string => (isMet ? 'met' : 'NOT met');
