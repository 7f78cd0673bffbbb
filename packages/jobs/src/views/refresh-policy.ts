import { duration } from '@drover/shared/duration';
import { z } from 'zod';
import { isPlainName } from '../tables/column.ts';

const plainName = z
  .string()
  .refine(isPlainName, 'expected lower-case letters, digits and underscores');

const tableName = z
  .string()
  .refine(
    (name) => name.split('.').length === 2 && name.split('.').every(isPlainName),
    'expected schema.table',
  );

const source = z.strictObject({
  /** Columns of the table that say what a changed row means to the view; of old and new rows. */
  columns: z.array(plainName).min(1),
  /**
   * A query that reads `changed`, which has these columns, and whatever else it needs, and gives the
   * keys that are to be recomputed, in the order of `key`.
   */
  keys: z.string().refine((sql) => /^\s*(select|with)\b/i.test(sql), 'expected a query'),
});

const incremental = z.strictObject({
  /** Statements at the begin of each refresh, in its transaction: what they change, it sees. */
  before: z.array(z.string().min(1)).optional(),
  /** Columns of the view by which rows are recomputed: all rows of a key together. Never null. */
  key: z.array(plainName).min(1),
  /** What the view reads, by `schema.table`. */
  sources: z
    .record(tableName, source)
    .refine((sources) => Object.keys(sources).length > 0, 'expected one table at least'),
});

/** When a view is refreshed, and how. What is not stated does not happen. */
export const refreshPolicy = z.strictObject({
  /** By the clock: a schedule `refresh-<name>` submits a refresh, in the zone of SCHEDULES_TIMEZONE. */
  cron: z.string().min(1).optional(),
  /** When something is told on one of these channels of NOTIFY. */
  on: z.array(plainName).min(1).optional(),
  /** How long notifications are gathered before the refresh is asked for; default 1 s. */
  debounce: duration.refine((ms) => ms <= 3_600_000, 'expected 1h at most').prefault('1s'),
  /** When a read finds the rows older than this. It is served the old rows. */
  maxAge: duration.refine((ms) => ms >= 1_000, 'expected 1s at least').optional(),
  /** Recompute only what has changed; the view is then a table, and triggers write down the changes. */
  incremental: incremental.optional(),
});

export type RefreshPolicyInput = z.input<typeof refreshPolicy>;
export type RefreshPolicy = z.output<typeof refreshPolicy>;
export type Incremental = z.output<typeof incremental>;
