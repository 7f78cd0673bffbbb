import { inTransaction, type Transactional } from '@drover/shared/database/in-transaction';
import type { Log } from '@drover/shared/log';
import type { AuditStore } from './append.ts';
import { formatEntryId } from './entry-id.ts';
import { type AuditRecord, readOldest } from './pending.ts';
import { endEntries, insertEntries } from './table.ts';

/** Records that are moved in one transaction. */
const batchSize = 500;

/** As much of an unreadable record as is logged, in characters. */
const shownText = 1_000;

/** What cannot be read is not moved: the log of this process is all that will tell of it. */
const tellUnreadable = (records: readonly AuditRecord[], log: Log): void => {
  for (const record of records) {
    if (record.kind !== 'unreadable') continue;
    const text = record.text.slice(0, shownText).toWellFormed();
    log.warn({ record: record.streamId, text }, 'a record of the audit log cannot be read');
  }
};

const store = async (
  pool: Transactional,
  keyPrefix: string,
  records: readonly AuditRecord[],
): Promise<void> => {
  const begins = records.filter((record) => record.kind === 'begin');
  const ends = records.filter((record) => record.kind === 'end');
  const endOf = new Map(ends.map(({ id, end }) => [formatEntryId(id), end]));
  const isNew = new Set(begins.map(({ entry }) => entry.id));
  await inTransaction(pool, async (client) => {
    await insertEntries(
      client,
      keyPrefix,
      begins.map(({ id, entry }) => ({ id, entry, end: endOf.get(entry.id) })),
    );
    await endEntries(
      client,
      keyPrefix,
      ends.filter(({ id }) => !isNew.has(formatEntryId(id))),
    );
  });
};

/**
 * Moves the oldest records from Redis to Postgres: away only when they are there. Any number of
 * processes may do so at once, and die at any point: the same record twice is the same row.
 * @returns how many were moved; fewer than there are when there are many.
 */
export const moveAudit = async (from: AuditStore, to: Transactional, log: Log): Promise<number> => {
  const records = await readOldest(from, batchSize);
  if (records.length === 0) return 0;
  await store(to, from.keys.partition(0), records);
  tellUnreadable(records, log);
  await from.redis.xdel(from.keys.audit, ...records.map(({ streamId }) => streamId));
  return records.length;
};
