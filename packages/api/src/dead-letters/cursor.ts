import { hash } from 'node:crypto';
import type { Filter } from '@drover/jobs/dead-letters/filter';
import type { Position } from '@drover/jobs/dead-letters/list';
import { Problem } from '@drover/shared/http/problem';
import { parseJobId } from '@drover/shared/job-id';

/** Tells a cursor of one list from those of others, and from what was never one. */
const sealOf = (position: string, filter: Filter): string => {
  const { tenant, type, queue, code, group, since, until } = filter;
  const list = [tenant, type, queue, code, group, since, until];
  return hash('sha256', JSON.stringify([position, list]), 'base64url').slice(0, 12);
};

/** A place in the list of a filter. Opaque to clients; it holds nothing that the list does not show. */
export const encodeCursor = ({ at, id }: Position, filter: Filter): string => {
  const position = `${at}.${id}`;
  return Buffer.from(`${sealOf(position, filter)}.${position}`).toString('base64url');
};

/** @throws Problem `invalid-parameters` for what is no cursor of that list. */
export const decodeCursor = (cursor: string, filter: Filter): Position => {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, at, id] = /^[\w-]{12}\.(\d{1,15})\.(.+)$/s.exec(text) ?? [];
  if (at !== undefined && id !== undefined && parseJobId(id)) {
    const position = { at: Number(at), id };
    if (encodeCursor(position, filter) === cursor) return position;
  }
  throw new Problem(
    'invalid-parameters',
    'The query string is not valid: cursor: expected nextCursor of a page of the same list.',
  );
};
