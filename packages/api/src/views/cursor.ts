import { hash } from 'node:crypto';
import type { View, ViewFilter } from '@drover/jobs/views/define-view';
import type { Value } from '@drover/jobs/views/values';
import { Problem } from '@drover/shared/http/problem';
import { z } from 'zod';

const position = z.tuple([
  z.string(),
  z.array(z.union([z.string(), z.number(), z.boolean()])).min(1),
]);

/** Tells a cursor of one list from those of others, and from what was never one. */
const sealOf = (key: readonly Value[], view: View, filter: ViewFilter): string => {
  const text = JSON.stringify([view.name, view.fingerprint, filter, key]);
  return hash('sha256', text, 'base64url').slice(0, 12);
};

/** The place after a row of a view, whose key that is. It holds nothing that the rows do not show. */
export const encodeCursor = (key: readonly Value[], view: View, filter: ViewFilter): string =>
  Buffer.from(JSON.stringify([sealOf(key, view, filter), key])).toString('base64url');

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
  throw new Problem(
    'invalid-parameters',
    'The query string is not valid: cursor: expected nextCursor of a page of the same view and filter.',
  );
};
