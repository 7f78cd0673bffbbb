import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import { unfitness } from '../adding/submission.ts';
import type { AuditDetails, AuditEntry, AuditOutcome } from '../contract/audit.ts';

/**
 * Most records that Redis keeps until the scheduler has moved them to Postgres, which takes seconds
 * unless Postgres is away; beyond it the oldest are dropped. Each write of an operator makes two.
 */
export const maxPending = 200_000;

/** Longest text of an entry, in characters, and most characters of its details as JSON. */
const maxText = 500;
const maxDetails = 8_000;

/** Where the log is, before it is in Postgres. */
export interface AuditStore {
  readonly redis: RedisClient;
  readonly keys: Pick<Keys, 'audit' | 'partition'>;
}

/** An entry before anything was done; the store gives it its id and its time. */
export type AuditIntent = Omit<AuditEntry, 'id' | 'at' | 'outcome' | 'reason'>;

/** What became of it. `details` are added to those of the intent. */
export interface AuditEnd {
  readonly outcome: AuditOutcome;
  readonly reason?: string | null | undefined;
  readonly details?: AuditDetails | undefined;
}

/** As Postgres takes it, whatever a client has sent. */
const cleaned = (text: string): string =>
  text.slice(0, maxText).toWellFormed().replaceAll('\0', '\uFFFD');

/** Without what a reader of the log might fail at: requests are written down before they are checked. */
const fit = (details: AuditDetails): AuditDetails =>
  Object.fromEntries(
    Object.entries(details).map(([name, value]) => {
      const unfit = unfitness(value);
      return [name, unfit === undefined ? value : { unfit }];
    }),
  );

const shortened = (details: AuditDetails): AuditDetails =>
  JSON.stringify(details).length <= maxDetails
    ? details
    : { shortened: true, names: Object.keys(details).slice(0, 50).map(cleaned) };

const append = async ({ redis, keys }: AuditStore, field: string, value: string, json: unknown) =>
  redis.xadd(
    keys.audit,
    'MAXLEN',
    '~',
    maxPending,
    '*',
    field,
    value,
    'json',
    JSON.stringify(json),
  );

/** Writes down what is about to be done. @returns the id of the entry. */
export const beginEntry = async (store: AuditStore, intent: AuditIntent): Promise<string> => {
  const { who, action, target, details } = intent;
  const entry: AuditIntent = {
    ...intent,
    who: { ...who, user: who.user === null ? null : cleaned(who.user) },
    action: cleaned(action),
    target: target === null ? null : cleaned(target),
    details: shortened(fit(details)),
  };
  return String(await append(store, 'begin', '', entry));
};

/** Writes down what became of it. */
export const endEntry = async (store: AuditStore, id: string, end: AuditEnd): Promise<void> => {
  const { outcome, reason, details } = end;
  await append(store, 'end', id, { outcome, reason, details: details && shortened(fit(details)) });
};
