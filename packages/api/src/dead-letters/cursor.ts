import type { Filter } from '@drover/jobs/dead-letters/filter';
import type { Position } from '@drover/jobs/dead-letters/list';
import { decodePosition, encodePosition } from '../http/sealed-cursor.ts';

const listOf = ({ tenant, type, queue, code, group, since, until }: Filter) => [
  tenant,
  type,
  queue,
  code,
  group,
  since,
  until,
];

export const encodeCursor = (position: Position, filter: Filter): string =>
  encodePosition(position, listOf(filter));

/** @throws Problem `invalid-parameters` for what is no cursor of that list. */
export const decodeCursor = (cursor: string, filter: Filter): Position =>
  decodePosition(cursor, listOf(filter));
