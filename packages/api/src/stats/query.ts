import type { StatsRequest } from '@drover/jobs/stats/read-stats';
import { Problem } from '@drover/shared/http/problem';
import { z } from 'zod';
import { parseQuery } from '../http/query.ts';

const dayMs = 86_400_000;

/** Of what time statistics are told when nobody says, and at most, in milliseconds. */
const usualMs = { hour: dayMs, day: 30 * dayMs } as const;
const mostMs = { hour: 31 * dayMs, day: 400 * dayMs } as const;
const most = { hour: '31 days by the hour', day: '400 days by the day' } as const;

const instant = z.iso
  .datetime({ offset: true })
  .refine((text) => {
    const year = new Date(text).getUTCFullYear();
    return year >= 1970 && year <= 2999;
  }, 'expected a moment from 1970 to 2999')
  .transform((text) => Date.parse(text));

/** The query string of `GET /stats`. */
export const statsQuery = z.strictObject({
  by: z.enum(['hour', 'day']).default('hour').describe('What one element of the series is'),
  since: instant
    .optional()
    .describe('From the hour or day on that this is in; default a day, or 30, before `until`')
    .meta({ examples: ['2026-08-29T10:00:00Z'] }),
  until: instant
    .optional()
    .describe('To the end of the hour or day that this is in; default now')
    .meta({ examples: ['2026-08-30T10:00:00Z'] }),
  type: z
    .string()
    .regex(/^[a-z][a-z0-9.-]*$/, 'expected a job type')
    .max(64)
    .optional()
    .describe('Of this job type alone')
    .meta({ examples: ['email.send'] }),
});

const invalid = (fault: string) =>
  new Problem('invalid-parameters', `The query string is not valid: ${fault}.`);

/** @throws Problem `invalid-parameters`. */
export const parseStatsRequest = (
  query: unknown,
  tenant: string,
  now = Date.now(),
): StatsRequest => {
  const { by, type, ...given } = parseQuery(statsQuery, query);
  const until = given.until ?? now;
  const since = given.since ?? Math.max(0, until - usualMs[by]);
  if (since > until) throw invalid('since: expected a moment before until');
  if (until - since > mostMs[by]) throw invalid(`since: expected ${most[by]} at most`);
  return { tenant, type, by, since, until };
};
