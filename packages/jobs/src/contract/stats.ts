import { z } from 'zod';

const count = z.int().min(0);
const instant = z.iso.datetime();
const ms = z.int().min(0).describe('Milliseconds, within 5 %');

/** How a job may end. */
export const outcomes = ['succeeded', 'failed', 'canceled', 'expired'] as const;
export type Outcome = (typeof outcomes)[number];

const percentiles = z.strictObject({ p50: ms, p95: ms, p99: ms });

const figures = z.strictObject({
  jobs: count.describe('Jobs that ended'),
  outcomes: z.strictObject({
    succeeded: count,
    failed: count,
    canceled: count,
    expired: count,
  }),
  retries: count.describe('Attempts that these jobs made beyond their first'),
  wait: percentiles
    .nullable()
    .describe('From when they were due to the start of their last attempt; `null`: none started'),
  run: percentiles.nullable().describe('Their last attempt; `null`: none started'),
});

/** What became of the jobs of some time: in all, and by the hour or day in which they ended. */
export const stats = z
  .strictObject({
    by: z.enum(['hour', 'day']),
    since: instant.describe('Begin of the first hour or day, in UTC'),
    until: instant.describe('End of the last one'),
    type: z.string().nullable().describe('`null`: of all types'),
    refreshedAt: instant.nullable().describe('The moment that the figures tell of'),
    totals: figures,
    series: z
      .array(z.strictObject({ at: instant.describe('When it begins'), ...figures.shape }))
      .describe('Every hour or day, also those in which nothing ended'),
    types: z
      .array(z.strictObject({ type: z.string(), ...figures.shape }))
      .describe('The totals of each type, the most frequent first; 100 at most'),
  })
  .meta({ id: 'Stats' });

export type Stats = z.output<typeof stats>;
export type Figures = z.output<typeof figures>;
