/** First line of a generated page: where it comes from, and what makes it anew. */
export const generatedFrom = (source: string): string =>
  `<!-- Generated from ${source} by \`npm run docs\`. Do not edit. -->`;

/** Text in code style. */
export const code = (text: string): string => `\`${text}\``;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A table in GitHub's Markdown, its columns aligned as the formatter wants them. */
export const table = (head: readonly string[], body: readonly (readonly string[])[]): string => {
  const rows = [head, ...body].map((row) => row.map(cell));
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lineOf = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [titles = [], ...rest] = rows;
  return [
    lineOf(titles),
    lineOf(widths.map((width) => '-'.repeat(width))),
    ...rest.map(lineOf),
  ].join('\n');
};

/** A page of blocks with an empty line between them. */
export const page = (...blocks: readonly string[]): string => `${blocks.join('\n\n')}\n`;
