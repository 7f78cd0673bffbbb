import type { View, ViewFilter } from '@drover/jobs/views/define-view';
import type { Value } from '@drover/jobs/views/values';
import { z } from 'zod';
import { foreignCursor, sealOf } from '../http/sealed-cursor.ts';

const position = z.tuple([
  z.string(),
  z.array(z.union([z.string(), z.number(), z.boolean()])).min(1),
]);

/** The place after a row of a view, whose key that is. It holds nothing that the rows do not show. */
export const encodeCursor = (key: readonly Value[], view: View, filter: ViewFilter): string =>
  Buffer.from(JSON.stringify([sealOf(key, view.name, view.fingerprint, filter), key])).toString(
    'base64url',
  );

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** @throws Problem `invalid-parameters` for what is no cursor of that list. */
export const decodeCursor = (cursor: string, view: View, filter: ViewFilter): readonly Value[] => {
  const checked = position.safeParse(parse(Buffer.from(cursor, 'base64url').toString()));
  if (checked.success) {
    const [, key] = checked.data;
    if (encodeCursor(key, view, filter) === cursor) return key;
  }
  throw foreignCursor('view and filter');
};
