import { hash } from 'node:crypto';
import type { DeliveryFilter } from '@drover/jobs/contract/webhook';
import type { DeliveryPosition } from '@drover/jobs/webhooks/list';
import { Problem } from '@drover/shared/http/problem';
import { parseJobId } from '@drover/shared/job-id';

/** Which list a cursor is of. */
export type DeliveryListing = DeliveryFilter & { tenant: string };

/** Tells a cursor of one list from those of others, and from what was never one. */
const sealOf = (position: string, listing: DeliveryListing): string => {
  const { tenant, endpoint, status, event, source } = listing;
  const list = [tenant, endpoint, status, event, source];
  return hash('sha256', JSON.stringify([position, list]), 'base64url').slice(0, 12);
};

/** A place in a list. Opaque to clients; it holds nothing that the list does not show. */
export const encodeCursor = ({ at, id }: DeliveryPosition, listing: DeliveryListing): string => {
  const position = `${at}.${id}`;
  return Buffer.from(`${sealOf(position, listing)}.${position}`).toString('base64url');
};

/** @throws Problem `invalid-parameters` for what is no cursor of that list. */
export const decodeCursor = (cursor: string, listing: DeliveryListing): DeliveryPosition => {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, at, id] = /^[\w-]{12}\.(\d{1,15})\.(.+)$/s.exec(text) ?? [];
  if (at !== undefined && id !== undefined && parseJobId(id)) {
    const position = { at: Number(at), id };
    if (encodeCursor(position, listing) === cursor) return position;
  }
  throw new Problem(
    'invalid-parameters',
    'The query string is not valid: cursor: expected nextCursor of a page of the same list.',
  );
};
