import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf } from '../auth/bearer.ts';
import { parseQuery } from '../http/query.ts';
import { readJobLogs } from '../openapi/operations/jobs.ts';
import { jobNotFound } from './not-found.ts';
import type { JobStore } from './store.ts';

const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, 'expected a whole number')
  .transform(Number);

/** Which lines are asked for: `limit` of them at most, after the line with that number. */
export const logPageQuery = z.strictObject({
  after: wholeNumber.prefault('0'),
  limit: wholeNumber.refine((n) => n >= 1 && n <= 1_000, 'expected 1 to 1000').prefault('100'),
});

/** `GET /jobs/:id/logs`: the lines that a job wrote, oldest first. */
export const logsRoute = (scope: FastifyInstance, { store }: { store: JobStore }): void => {
  scope.get<{ Params: { id: string } }>(
    '/jobs/:id/logs',
    { config: { role: 'read', operation: readJobLogs } },
    async (request) => {
      const { id } = request.params;
      const { after, limit } = parseQuery(logPageQuery, request.query);
      const found = await store.find(id, callerOf(request).tenant);
      if (!found) throw jobNotFound(id);
      const { lines, total } = await store.readLines(found.address, { after, limit });
      const last = lines.at(-1)?.seq ?? total;
      return { items: lines, nextAfter: last < total ? last : null };
    },
  );
};
