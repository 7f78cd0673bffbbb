import { hash } from 'node:crypto';
import { Problem } from '@drover/shared/http/problem';
import { parseJobId } from '@drover/shared/job-id';

/** A place in a list of jobs: after the one of that id. */
export interface Position {
  /** Milliseconds since 1970. */
  at: number;
  id: string;
}

/** Tells a cursor of one list from those of others, and from what was never one. */
export const sealOf = (place: unknown, ...list: readonly unknown[]): string =>
  hash('sha256', JSON.stringify([place, list]), 'base64url').slice(0, 12);

/** @param of the pages that the cursor might have been of. */
export const foreignCursor = (of: string): Problem =>
  new Problem(
    'invalid-parameters',
    `The query string is not valid: cursor: expected nextCursor of a page of the same ${of}.`,
  );

/**
 * A place in a list. Opaque to clients; it holds nothing that the list does not show.
 * @param list what tells the list from others: whose it is, and its filters.
 */
export const encodePosition = ({ at, id }: Position, list: readonly unknown[]): string => {
  const position = `${at}.${id}`;
  return Buffer.from(`${sealOf(position, ...list)}.${position}`).toString('base64url');
};

/** @throws Problem `invalid-parameters` for what is no cursor of that list. */
export const decodePosition = (cursor: string, list: readonly unknown[]): Position => {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, at, id] = /^[\w-]{12}\.(\d{1,15})\.(.+)$/s.exec(text) ?? [];
  if (at !== undefined && id !== undefined && parseJobId(id)) {
    const position = { at: Number(at), id };
    if (encodePosition(position, list) === cursor) return position;
  }
  throw foreignCursor('list');
};
