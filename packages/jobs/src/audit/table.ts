import type { Queryable } from '@drover/shared/database/in-transaction';
import type { AuditEntry } from '../contract/audit.ts';
import type { AuditEnd } from './append.ts';
import { type EntryId, formatEntryId } from './entry-id.ts';
import type { AuditFilter } from './filter.ts';

/** An entry that is new to the table, with its end where that is known. */
export interface NewEntry {
  readonly id: EntryId;
  readonly entry: AuditEntry;
  readonly end: AuditEnd | undefined;
}

/**
 * Several Drovers may share a database, and ids are those of one Redis: `keyPrefix` is what the names of
 * its keys begin with, in partition 0. Takes what repeats as well: an outcome that is there stays.
 */
export const insertEntries = async (
  db: Queryable,
  keyPrefix: string,
  entries: readonly NewEntry[],
): Promise<void> => {
  if (entries.length === 0) return;
  const rows = entries.map(({ id, entry: { who, ...entry }, end }) => ({
    ...id,
    origin: entry.origin,
    action: entry.action,
    target: entry.target,
    tenant: who.tenant,
    key: who.key,
    user_name: who.user,
    address: who.address,
    request_id: who.requestId,
    details: JSON.stringify(entry.details),
    outcome: end?.outcome ?? null,
    reason: end?.reason ?? null,
    changes: end?.details ? JSON.stringify(end.details) : null,
  }));
  const column = (name: keyof (typeof rows)[number]) => rows.map((row) => row[name]);
  await db.query(
    `insert into drover.audit (key_prefix, ms, seq, origin, action, target, tenant, key, user_name,
                               address, request_id, details, outcome, reason, changes)
     select $15, * from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[],
                          $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
                          $13::text[], $14::text[])
     on conflict (key_prefix, ms, seq) do update
        set outcome = excluded.outcome, reason = excluded.reason, changes = excluded.changes
      where audit.outcome is null`,
    [
      column('ms'),
      column('seq'),
      column('origin'),
      column('action'),
      column('target'),
      column('tenant'),
      column('key'),
      column('user_name'),
      column('address'),
      column('request_id'),
      column('details'),
      column('outcome'),
      column('reason'),
      column('changes'),
      keyPrefix,
    ],
  );
};

/** Adds outcomes to entries that are there already. */
export const endEntries = async (
  db: Queryable,
  keyPrefix: string,
  ends: readonly { id: EntryId; end: AuditEnd }[],
): Promise<void> => {
  if (ends.length === 0) return;
  await db.query(
    `update drover.audit set outcome = ended.outcome, reason = ended.reason, changes = ended.changes
       from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[])
            as ended (ms, seq, outcome, reason, changes)
      where audit.ms = ended.ms and audit.seq = ended.seq and audit.key_prefix = $6
        and audit.outcome is null`,
    [
      ends.map(({ id }) => id.ms),
      ends.map(({ id }) => id.seq),
      ends.map(({ end }) => end.outcome),
      ends.map(({ end }) => end.reason ?? null),
      ends.map(({ end }) => (end.details ? JSON.stringify(end.details) : null)),
      keyPrefix,
    ],
  );
};

interface Row {
  ms: string;
  seq: number;
  origin: AuditEntry['origin'];
  action: string;
  target: string | null;
  tenant: string;
  key: string;
  user_name: string | null;
  address: string;
  request_id: string;
  details: string;
  outcome: AuditEntry['outcome'];
  reason: string | null;
  changes: string | null;
}

const toEntry = (row: Row): AuditEntry => ({
  id: formatEntryId({ ms: Number(row.ms), seq: row.seq }),
  at: new Date(Number(row.ms)).toISOString(),
  who: {
    tenant: row.tenant,
    key: row.key,
    user: row.user_name,
    address: row.address,
    requestId: row.request_id,
  },
  origin: row.origin,
  action: row.action,
  target: row.target,
  details: { ...JSON.parse(row.details), ...JSON.parse(row.changes ?? '{}') },
  outcome: row.outcome,
  reason: row.reason,
});

/** Newest first. */
export const readEntries = async (
  db: Queryable,
  keyPrefix: string,
  filter: AuditFilter,
  { before, limit }: { before: EntryId | undefined; limit: number },
): Promise<AuditEntry[]> => {
  const { rows } = await db.query<Row>(
    `select * from drover.audit
      where key_prefix = $10 and ($1::text is null or action = $1) and ($2::text is null or target = $2)
        and ($3::text is null or tenant = $3) and ($4::text is null or user_name = $4)
        and ($5::bigint is null or ms >= $5) and ($6::bigint is null or ms < $6)
        and ($7::bigint is null or (ms, seq) < ($7, $8::int))
      order by ms desc, seq desc limit $9`,
    [
      filter.action ?? null,
      filter.target ?? null,
      filter.tenant ?? null,
      filter.user ?? null,
      filter.since ?? null,
      filter.until ?? null,
      before?.ms ?? null,
      before?.seq ?? null,
      limit,
      keyPrefix,
    ],
  );
  return rows.map(toEntry);
};

/** Removes some entries of one Drover that are older than an instant, in milliseconds. @returns how many. */
export const removeOlder = async (
  db: Queryable,
  keyPrefix: string,
  before: number,
  most: number,
): Promise<number> => {
  const { rowCount } = await db.query(
    `delete from drover.audit where key_prefix = $1 and (ms, seq) in
       (select ms, seq from drover.audit where key_prefix = $1 and ms < $2
         order by ms, seq limit $3)`,
    [keyPrefix, before, most],
  );
  return rowCount ?? 0;
};
