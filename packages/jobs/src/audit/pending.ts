import { type AuditEntry, auditEntry } from '../contract/audit.ts';
import type { AuditEnd, AuditStore } from './append.ts';
import { type EntryId, formatEntryId, parseEntryId } from './entry-id.ts';

const intent = auditEntry.omit({ id: true, at: true, outcome: true, reason: true });

const end = auditEntry
  .pick({ outcome: true, reason: true, details: true })
  .partial({ reason: true, details: true })
  .extend({ outcome: auditEntry.shape.outcome.unwrap() });

/** A record of the stream: the begin of an entry, or its end. */
export type AuditRecord = { readonly streamId: string } & (
  | { readonly kind: 'begin'; readonly id: EntryId; readonly entry: AuditEntry }
  | { readonly kind: 'end'; readonly id: EntryId; readonly end: AuditEnd }
  | { readonly kind: 'unreadable'; readonly text: string }
);

type Raw = [streamId: string, fields: string[]];

const toBegin = (streamId: string, json: unknown): AuditRecord | undefined => {
  const id = parseEntryId(streamId);
  const parsed = intent.safeParse(json);
  if (!id || !parsed.success) return undefined;
  const at = new Date(id.ms).toISOString();
  const entry = { id: formatEntryId(id), at, ...parsed.data, outcome: null, reason: null };
  return { streamId, kind: 'begin', id, entry };
};

const toEnd = (streamId: string, of: string, json: unknown): AuditRecord | undefined => {
  const id = parseEntryId(of);
  const parsed = end.safeParse(json);
  return id && parsed.success ? { streamId, kind: 'end', id, end: parsed.data } : undefined;
};

const toKnown = ([streamId, [kind, value = '', , text = '']]: Raw): AuditRecord | undefined => {
  try {
    const json: unknown = JSON.parse(text);
    return kind === 'begin' ? toBegin(streamId, json) : toEnd(streamId, value, json);
  } catch {
    // No JSON, or nested so deeply that checking it overflows the stack.
    return undefined;
  }
};

/** Never fails: one record that cannot be read must not hide the others. */
const toRecord = (raw: Raw): AuditRecord =>
  toKnown(raw) ?? { streamId: raw[0], kind: 'unreadable', text: raw[1].join(' ') };

/** The oldest records that are not in Postgres yet. */
export const readOldest = async (
  { redis, keys }: AuditStore,
  count: number,
): Promise<readonly AuditRecord[]> =>
  ((await redis.xrange(keys.audit, '-', '+', 'COUNT', count)) as Raw[]).map(toRecord);

/** The newest before one of the stream, or the newest of all. */
export const readNewest = async (
  { redis, keys }: AuditStore,
  { before, count }: { before: string | undefined; count: number },
): Promise<readonly AuditRecord[]> => {
  const from = before === undefined ? '+' : `(${before}`;
  return ((await redis.xrevrange(keys.audit, from, '-', 'COUNT', count)) as Raw[]).map(toRecord);
};

/** An entry together with its end. */
export const withEnd = (entry: AuditEntry, end: AuditEnd | undefined): AuditEntry =>
  end
    ? {
        ...entry,
        outcome: end.outcome,
        reason: end.reason ?? null,
        details: { ...entry.details, ...end.details },
      }
    : entry;
