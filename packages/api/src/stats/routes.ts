import { readCachedStats } from '@drover/jobs/stats/cached-stats';
import type { Caches } from '@drover/shared/cache/cache';
import type { Queryable } from '@drover/shared/database/in-transaction';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import { tellAge } from '../http/cache-age.ts';
import { readJobStats } from '../openapi/operations/stats.ts';
import { viewProblem } from '../views/failure.ts';
import { parseStatsRequest } from './query.ts';

/** What the route of the statistics needs. */
export interface StatsRouteParts {
  pool: Queryable;
  caches: Caches;
}

/** `GET /stats`: what became of the caller's jobs. */
export const statsRoutes = (scope: FastifyInstance, { pool, caches }: StatsRouteParts): void => {
  scope.get(
    '/stats',
    { config: { role: 'read', operation: readJobStats } },
    async (request, reply) => {
      const asked = parseStatsRequest(request.query, callerOf(request).tenant);
      const entry = await readCachedStats({ caches, db: pool }, asked).catch((thrown: unknown) => {
        throw viewProblem(thrown);
      });
      tellAge(reply, entry);
      return entry.value;
    },
  );
};
