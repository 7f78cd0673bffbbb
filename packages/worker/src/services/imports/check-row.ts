import type { ImportTable } from '@drover/jobs/imports/define-import';
import { isStorable } from './copy-text.ts';
import type { FileRow } from './row.ts';

/** The values of a row that fits, in the order of the table's columns; or what is wrong with it. */
export type Checked = { readonly values: readonly unknown[] } | { readonly reason: string };

/** Longest reason that is kept, in characters. */
const maxReasonLength = 500;

/** Checks rows with the schema of the table. */
export const rowChecker = ({ row: schema, columns }: ImportTable) => {
  const names = columns.map(({ name }) => name);
  return ({ values, fault }: FileRow): Checked => {
    if (!values) return { reason: fault ?? 'not a row' };
    const parsed = schema.safeParse(values);
    if (!parsed.success) {
      const reasons = parsed.error.issues.map(({ path, message }) =>
        path.length === 0 ? message : `${path.join('.')}: ${message}`,
      );
      return { reason: reasons.join('; ').slice(0, maxReasonLength) };
    }
    const { data } = parsed;
    const unstorable = names.find((name) => !isStorable(data[name]));
    if (unstorable) return { reason: `${unstorable}: holds a null character` };
    return { values: names.map((name) => data[name]) };
  };
};
