import type { RowsRequest } from '@drover/jobs/views/conditions';
import type { Value } from '@drover/jobs/views/values';
import { z } from 'zod';
import { foreignCursor, sealOf } from '../http/sealed-cursor.ts';

const position = z.tuple([
  z.string(),
  z.array(z.union([z.string(), z.number(), z.boolean()])).min(1),
]);

/** Tells the rows that somebody reads from others. */
const listOf = ({ view, filter, tenant }: RowsRequest): readonly unknown[] => {
  const list = [view.name, view.fingerprint, filter];
  return view.tenantColumn === undefined ? list : [...list, tenant];
};

/** The place after a row of a view, whose key that is. It holds nothing that the rows do not show. */
export const encodeCursor = (key: readonly Value[], rows: RowsRequest): string =>
  Buffer.from(JSON.stringify([sealOf(key, ...listOf(rows)), key])).toString('base64url');

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** @throws Problem `invalid-parameters` for what is no cursor of that list. */
export const decodeCursor = (cursor: string, rows: RowsRequest): readonly Value[] => {
  const checked = position.safeParse(parse(Buffer.from(cursor, 'base64url').toString()));
  if (checked.success) {
    const [, key] = checked.data;
    // Anybody can compute a seal; of values that do not fit their columns, Postgres tells.
    const isWhole = key.length === rows.view.uniqueBy.length;
    if (isWhole && encodeCursor(key, rows) === cursor) return key;
  }
  throw foreignCursor('view and filter');
};
