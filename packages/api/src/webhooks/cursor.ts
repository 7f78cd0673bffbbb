import type { DeliveryFilter } from '@drover/jobs/contract/webhook';
import type { DeliveryPosition } from '@drover/jobs/webhooks/list';
import { decodePosition, encodePosition } from '../http/sealed-cursor.ts';

/** Which list a cursor is of. */
export type DeliveryListing = DeliveryFilter & { tenant: string };

const listOf = ({ tenant, endpoint, status, event, source }: DeliveryListing) => [
  tenant,
  endpoint,
  status,
  event,
  source,
];

export const encodeCursor = (position: DeliveryPosition, listing: DeliveryListing): string =>
  encodePosition(position, listOf(listing));

/** @throws Problem `invalid-parameters` for what is no cursor of that list. */
export const decodeCursor = (cursor: string, listing: DeliveryListing): DeliveryPosition =>
  decodePosition(cursor, listOf(listing));
