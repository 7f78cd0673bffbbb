import { type EntryId, formatEntryId, parseEntryId } from '@drover/jobs/audit/entry-id';
import type { AuditFilter } from '@drover/jobs/audit/filter';
import { foreignCursor, sealOf } from '../http/sealed-cursor.ts';

const sealFor = (id: string, { action, target, tenant, user, since, until }: AuditFilter) =>
  sealOf(id, action, target, tenant, user, since, until);

/** A place in the log: after the entry of that id, which the page showed. */
export const encodeCursor = (id: string, filter: AuditFilter): string =>
  Buffer.from(`${sealFor(id, filter)}.${id}`).toString('base64url');

/** @throws Problem `invalid-parameters` for what is no cursor of that list. */
export const decodeCursor = (cursor: string, filter: AuditFilter): EntryId => {
  const id = parseEntryId(Buffer.from(cursor, 'base64url').toString().slice(13));
  if (id && encodeCursor(formatEntryId(id), filter) === cursor) return id;
  throw foreignCursor('list');
};
