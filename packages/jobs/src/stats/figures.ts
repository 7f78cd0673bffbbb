import type { Queryable } from '@drover/shared/database/in-transaction';
import type { Figures } from '../contract/stats.ts';

/** The numbers of durations in each class, of each key and of all rows. */
const classesOf = (histogram: 'waits' | 'runs') => `
  select key, drover.quantiles(array_agg(array[class, jobs] order by class))::float8[] as percentiles
    from (
      select key, class, sum(number)::bigint as jobs
        from counted
        cross join lateral unnest(${histogram}[:][1:1], ${histogram}[:][2:2]) as durations(class, number)
       group by grouping sets ((key, class), (class))
    ) classes
   group by key`;

/** A key may be null, and "is not distinct from" compares each with each. */
const sameKey = (other: string) =>
  `coalesce(${other}.key::text, '') = coalesce(sums.key::text, '')`;

/** Adds up rows of a view by a key, and all of them, whose key is null. */
const figuresSql = ({ key, from }: { key: string; from: string }) => `
  with counted as materialized (select ${key} as key, outcome, jobs, retries, waits, runs from ${from}),
    waited as (${classesOf('waits')}),
    ran as (${classesOf('runs')}),
    sums as (
      select key, sum(jobs)::float8 as jobs, sum(retries)::float8 as retries,
             sum(jobs) filter (where outcome = 'succeeded')::float8 as succeeded,
             sum(jobs) filter (where outcome = 'failed')::float8 as failed,
             sum(jobs) filter (where outcome = 'canceled')::float8 as canceled,
             sum(jobs) filter (where outcome = 'expired')::float8 as expired
        from counted group by grouping sets ((key), ())
    )
  select sums.*, waited.percentiles as wait, ran.percentiles as run
    from sums
    left join waited on ${sameKey('waited')}
    left join ran on ${sameKey('ran')}`;

/** A sum of no rows is null. Numbers are exact up to 2^53. */
interface Row<Key> {
  readonly key: Key | null;
  readonly jobs: number | null;
  readonly retries: number | null;
  readonly succeeded: number | null;
  readonly failed: number | null;
  readonly canceled: number | null;
  readonly expired: number | null;
  readonly wait: readonly number[] | null;
  readonly run: readonly number[] | null;
}

const percentilesOf = (values: readonly number[] | null): Figures['wait'] => {
  if (!values) return null;
  const [p50 = 0, p95 = 0, p99 = 0] = values;
  return { p50, p95, p99 };
};

const figuresOf = (row: Row<unknown>): Figures => ({
  jobs: row.jobs ?? 0,
  outcomes: {
    succeeded: row.succeeded ?? 0,
    failed: row.failed ?? 0,
    canceled: row.canceled ?? 0,
    expired: row.expired ?? 0,
  },
  retries: row.retries ?? 0,
  wait: percentilesOf(row.wait),
  run: percentilesOf(row.run),
});

/** Of no jobs. */
export const noFigures: Figures = {
  jobs: 0,
  outcomes: { succeeded: 0, failed: 0, canceled: 0, expired: 0 },
  retries: 0,
  wait: null,
  run: null,
};

/**
 * Figures of rows of a view, by a key and, under `null`, of all of them.
 * @param rows SQL: the key, which is never null, and the relation with its conditions.
 */
export const readFigures = async <Key>(
  db: Queryable,
  rows: { key: string; from: string },
  values: unknown[],
): Promise<ReadonlyMap<Key | null, Figures>> => {
  const found = await db.query<Row<Key>>(figuresSql(rows), values);
  return new Map(found.rows.map((row) => [row.key, figuresOf(row)]));
};
