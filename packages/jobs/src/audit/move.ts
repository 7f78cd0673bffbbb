import { inTransaction, type Transactional } from '@drover/shared/database/in-transaction';
import type { AuditStore } from './append.ts';
import { formatEntryId } from './entry-id.ts';
import { type AuditRecord, readOldest } from './pending.ts';
import { endEntries, insertEntries } from './table.ts';

/** Records that are moved in one transaction. */
const batchSize = 500;

const store = async (pool: Transactional, records: readonly AuditRecord[]): Promise<void> => {
  const begins = records.filter((record) => record.kind === 'begin');
  const ends = records.filter((record) => record.kind === 'end');
  const endOf = new Map(ends.map(({ id, end }) => [formatEntryId(id), end]));
  const isNew = new Set(begins.map(({ entry }) => entry.id));
  await inTransaction(pool, async (client) => {
    await insertEntries(
      client,
      begins.map(({ id, entry }) => ({ id, entry, end: endOf.get(entry.id) })),
    );
    await endEntries(
      client,
      ends.filter(({ id }) => !isNew.has(formatEntryId(id))),
    );
  });
};

/**
 * Moves the oldest records from Redis to Postgres: away only when they are there. Any number of
 * processes may do so at once, and die at any point: the same record twice is the same row.
 * @returns how many were moved; fewer than there are when there are many.
 */
export const moveAudit = async (from: AuditStore, to: Transactional): Promise<number> => {
  const records = await readOldest(from, batchSize);
  if (records.length === 0) return 0;
  await store(to, records);
  await from.redis.xdel(from.keys.audit, ...records.map(({ streamId }) => streamId));
  return records.length;
};
