import { databaseFailure, sqlStateOf } from '@drover/shared/database/failures';
import type { Queryable } from '@drover/shared/database/in-transaction';
import { CodedError } from '@drover/shared/errors';
import type { AuditEntry } from '../contract/audit.ts';
import type { AuditEnd, AuditStore } from './append.ts';
import { type EntryId, formatEntryId, newestFirst, parseEntryId } from './entry-id.ts';
import { type AuditFilter, isMeant } from './filter.ts';
import { type AuditRecord, readNewest, withEnd } from './pending.ts';
import { readEntries } from './table.ts';

/** Records of Redis that are looked at in one round trip. */
const chunk = 500;

/** Part of the log, newest first. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** False: Postgres cannot be reached, and what was moved there is not among them. */
  readonly isComplete: boolean;
}

export interface AuditRange {
  /** The entry before which the page begins. */
  readonly before: EntryId | undefined;
  readonly limit: number;
}

/** Gathers what is in Redis, newest first: the ends, for entries of wherever, and the entries that are meant. */
const gather = (filter: AuditFilter, { before, limit }: AuditRange) => {
  const ends = new Map<string, AuditEnd>();
  const entries: AuditEntry[] = [];
  const isMeantHere = (id: EntryId, entry: AuditEntry) =>
    (before === undefined || newestFirst(id, before) > 0) && isMeant(entry, filter);
  return {
    ends,
    entries,
    isFull: () => entries.length >= limit,
    take: (record: AuditRecord) => {
      if (record.kind === 'end') ends.set(formatEntryId(record.id), record.end);
      else if (record.kind === 'begin' && isMeantHere(record.id, record.entry)) {
        entries.push(record.entry);
      }
    },
  };
};

const readPending = async (store: AuditStore, filter: AuditFilter, range: AuditRange) => {
  const found = gather(filter, range);
  let last: string | undefined;
  for (;;) {
    const records = await readNewest(store, { before: last, count: chunk });
    for (const record of records) found.take(record);
    last = records.at(-1)?.streamId;
    if (records.length < chunk || found.isFull()) return found;
  }
};

/** SQLSTATEs of a database that nothing was moved to yet, because no scheduler has prepared it. */
const unprepared = ['42P01', '3F000'];

/** Undefined when Postgres is away, or too busy to answer. */
const readMoved = async (
  { store, db }: { store: AuditStore; db: Queryable },
  filter: AuditFilter,
  range: AuditRange,
) => {
  try {
    return await readEntries(db, store.keys.partition(0), filter, range);
  } catch (err) {
    if (unprepared.includes(sqlStateOf(err) ?? '')) return [];
    if (databaseFailure(err) instanceof CodedError) return undefined;
    throw err;
  }
};

const idOf = ({ id }: AuditEntry): EntryId => parseEntryId(id) ?? { ms: 0, seq: 0 };

/** Redis first, so that what is moved meanwhile is in one of the two. */
export const listAudit = async (
  { store, db }: { store: AuditStore; db: Queryable },
  filter: AuditFilter,
  range: AuditRange,
): Promise<AuditPage> => {
  const pending = await readPending(store, filter, range);
  const moved = await readMoved({ store, db }, filter, range);
  const byId = new Map([...pending.entries, ...(moved ?? [])].map((entry) => [entry.id, entry]));
  const entries = [...byId.values()]
    .sort((one, other) => newestFirst(idOf(one), idOf(other)))
    .slice(0, range.limit)
    .map((entry) => withEnd(entry, pending.ends.get(entry.id)));
  return { entries, isComplete: moved !== undefined };
};
