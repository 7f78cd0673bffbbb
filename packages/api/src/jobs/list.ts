import {
  checkRange,
  defaultJobPage,
  jobFilterFields,
  listFields,
  maxJobPage,
} from '@drover/jobs/contract/job-list';
import { toHistoryFilter } from '@drover/jobs/history/filter';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf } from '../auth/bearer.ts';
import type { JobHistory } from '../history/job-history.ts';
import { parseQuery } from '../http/query.ts';
import { listJobs } from '../openapi/operations/job-lists.ts';

/** Values that are given one by one, or with commas between them. */
const apart = (given: unknown): unknown =>
  [given].flat().flatMap((value) => (typeof value === 'string' ? value.split(',') : [value]));

/** The parameters of a query string, those that take several values as lists. */
export const withLists = (query: unknown): unknown => {
  if (typeof query !== 'object' || query === null) return query;
  const entries = Object.entries(query).map(([name, value]) =>
    (listFields as readonly string[]).includes(name) ? [name, apart(value)] : [name, value],
  );
  return Object.fromEntries(entries);
};

export const exportQuery = z.strictObject(jobFilterFields).superRefine(checkRange);

const pageQuery = z
  .strictObject({
    ...jobFilterFields,
    limit: z
      .string()
      .regex(/^\d{1,9}$/, 'expected a whole number')
      .transform(Number)
      .refine((n) => n >= 1 && n <= maxJobPage, `expected 1 to ${maxJobPage}`)
      .prefault(String(defaultJobPage)),
    cursor: z.string().max(500).optional(),
  })
  .superRefine(checkRange);

/** `GET /jobs`: the caller's jobs that fit a filter, the newest first. */
export const listRoute = (
  scope: FastifyInstance,
  { history }: { history: Pick<JobHistory, 'list'> },
): void => {
  scope.get('/jobs', { config: { role: 'read', operation: listJobs } }, (request) => {
    const { limit, cursor, ...given } = parseQuery(pageQuery, withLists(request.query));
    const filter = toHistoryFilter(given, callerOf(request).tenant);
    return history.list(filter, { limit, cursor });
  });
};
