import { z } from 'zod';

const count = z.int();
/** Milliseconds; null where no job started. */
const duration = z.int().nullable();

/** What the views of statistics tell of the jobs that a row counts. */
export const figureColumns = {
  jobs: count,
  retries: count,
  wait_p50_ms: duration,
  wait_p95_ms: duration,
  wait_p99_ms: duration,
  run_p50_ms: duration,
  run_p95_ms: duration,
  run_p99_ms: duration,
};

/**
 * The same in SQL, of rows `counted` with `jobs`, `retries` and the histograms `waits` and `runs`. The
 * histograms come last: percentiles cannot be added up, so views made of this one need them.
 */
export const figureSql = `counted.jobs, counted.retries,
           waited[1] as wait_p50_ms, waited[2] as wait_p95_ms, waited[3] as wait_p99_ms,
           ran[1] as run_p50_ms, ran[2] as run_p95_ms, ran[3] as run_p99_ms,
           counted.waits, counted.runs`;

/** Joins their percentiles to rows `counted`; each is computed once. */
export const percentilesSql = `cross join lateral (
        select drover.quantiles(counted.waits) as waited, drover.quantiles(counted.runs) as ran offset 0
      ) percentiles`;

/** Adds up rows with such figures, in a query that groups. */
export const sumSql = `sum(jobs)::bigint as jobs, sum(retries)::bigint as retries,
               drover.histogram_sum(waits) as waits, drover.histogram_sum(runs) as runs`;

/** Stands for all tenants, or all types, together: neither may have such a name. */
export const everyone = '*';
