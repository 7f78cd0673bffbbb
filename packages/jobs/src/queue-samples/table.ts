import type { Queryable } from '@drover/shared/database/in-transaction';
import { percentileOf } from './percentiles.ts';
import type { LoadSample } from './sample.ts';

/** The lengths of the spans that samples are gathered in, in seconds. */
export const spanSeconds = [60, 300, 1_200, 7_200] as const;

export type SpanSeconds = (typeof spanSeconds)[number];

/** What is known of one moment, in milliseconds. */
export interface FullSample extends LoadSample {
  readonly at: number;
  /** Histograms of the time before. */
  readonly waits: readonly number[];
  readonly runs: readonly number[];
}

/** The histogram that a span has, and the one that is added to it: class by class. */
const sumOf = (name: 'waits' | 'runs'): string => `(
              select array_agg(coalesce(had, 0) + coalesce(more, 0) order by class)
                from unnest(known.${name}, excluded.${name}) with ordinality as both_of (had, more, class)
            )`;

/**
 * Adds a sample to its spans. Several Drovers may share a database: `keyPrefix` is what the names of
 * this one's keys in Redis begin with, in partition 0. A sample that is not later than what a span holds
 * is not added again.
 */
export const addSample = async (
  db: Queryable,
  keyPrefix: string,
  sample: FullSample,
): Promise<void> => {
  await db.query(
    `insert into drover.load_samples as known
            (key_prefix, seconds, at, until, queued, running, succeeded_total, failed_total, waits,
             runs)
     select $9, seconds, date_bin(make_interval(secs => seconds), to_timestamp($2), 'epoch'),
            to_timestamp($2), $3, $4, $5, $6, $7::bigint[], $8::bigint[]
       from unnest($1::int[]) as spans (seconds)
     on conflict (key_prefix, seconds, at) do update
        set until = excluded.until,
            queued = greatest(known.queued, excluded.queued),
            running = greatest(known.running, excluded.running),
            succeeded_total = excluded.succeeded_total,
            failed_total = excluded.failed_total,
            waits = ${sumOf('waits')},
            runs = ${sumOf('runs')}
      where known.until < excluded.until`,
    [
      spanSeconds,
      sample.at / 1_000,
      sample.queued,
      sample.running,
      sample.succeededTotal,
      sample.failedTotal,
      sample.waits,
      sample.runs,
      keyPrefix,
    ],
  );
};

/** Removes what is older than an instant, in milliseconds, of all Drovers: each keeps them as long. */
export const removeSamples = async (db: Queryable, before: number): Promise<void> => {
  await db.query('delete from drover.load_samples where at < to_timestamp($1)', [before / 1_000]);
};

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** All queues in one span of time. */
export interface LoadSpan {
  /** When it begins, in milliseconds. */
  readonly at: number;
  /** The most that there were at once. */
  readonly queued: number;
  readonly running: number;
  /** Jobs a minute; null where it is not known. */
  readonly succeeded: number | null;
  readonly failed: number | null;
  /** Of some of the jobs that succeeded, in milliseconds; null where none was looked at. */
  readonly wait: Percentiles | null;
  readonly run: Percentiles | null;
}

interface Row {
  at: number;
  until: number;
  queued: number;
  running: number;
  succeeded_total: number;
  failed_total: number;
  waits: (number | null)[];
  runs: (number | null)[];
}

const percentilesOf = (histogram: readonly (number | null)[]): Percentiles | null => {
  const [p50, p95] = [percentileOf(histogram, 0.5), percentileOf(histogram, 0.95)];
  return p50 === null || p95 === null ? null : { p50, p95 };
};

/** What a total has grown by in a minute; one that began anew tells nothing. */
const rateOf = (row: Row, earlier: Row | undefined, total: 'succeeded_total' | 'failed_total') => {
  if (!earlier || row[total] < earlier[total]) return null;
  return (row[total] - earlier[total]) / ((row.until - earlier.until) / 60_000);
};

/** The spans of that length that begin after an instant, in their order. */
export const readSpans = async (
  db: Queryable,
  { keyPrefix, after, seconds }: { keyPrefix: string; after: number; seconds: SpanSeconds },
): Promise<LoadSpan[]> => {
  const { rows } = await db.query<Row>(
    `select (extract(epoch from at) * 1000)::float8 as at,
            (extract(epoch from until) * 1000)::float8 as until,
            queued::float8, running::float8, succeeded_total::float8, failed_total::float8,
            waits::float8[], runs::float8[]
       from drover.load_samples
      where key_prefix = $3 and seconds = $1 and at > to_timestamp($2) order by at`,
    [seconds, after / 1_000, keyPrefix],
  );
  return rows.map((row, n) => ({
    at: row.at,
    queued: row.queued,
    running: row.running,
    succeeded: rateOf(row, rows[n - 1], 'succeeded_total'),
    failed: rateOf(row, rows[n - 1], 'failed_total'),
    wait: percentilesOf(row.waits),
    run: percentilesOf(row.runs),
  }));
};
