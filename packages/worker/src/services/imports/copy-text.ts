const special = /[\\\t\n\r]/g;
const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};

const fieldOf = (value: unknown): string => {
  if (value === undefined || value === null) return '\\N';
  if (typeof value !== 'string') return String(value);
  return value.replace(special, (character) => escapes[character] as string);
};

/** A row in the text format of Postgres's COPY; undefined and null are nulls. */
export const copyLine = (values: readonly unknown[]): string =>
  `${values.map(fieldOf).join('\t')}\n`;

/** The only character that a text in Postgres cannot hold. */
export const isStorable = (value: unknown): boolean =>
  typeof value !== 'string' || !value.includes('\0');
