import { didYouMean } from '@drover/shared/nearest';
import type { ImportTable } from './define-import.ts';

/** What keeps a file with these columns from being imported into the table, in words. */
export const unfitColumns = (table: ImportTable, columns: readonly string[]): string[] => {
  const names = table.columns.map(({ name }) => name);
  const unknown = columns.filter((name) => !names.includes(name));
  const repeated = columns.filter((name, at) => columns.indexOf(name) !== at);
  const missing = table.columns.filter(({ name, required }) => required && !columns.includes(name));
  return [
    ...unknown.map((name) => `${table.name} has no column "${name}".${didYouMean(name, names)}`),
    ...repeated.map((name) => `the column "${name}" is there twice`),
    ...missing.map(({ name }) => `${table.name} needs the column "${name}"`),
  ];
};
