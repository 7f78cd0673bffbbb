import type { Catalog } from '@drover/jobs/catalog';
import type { JobType } from '@drover/jobs/definition/define-job';
import { Problem } from '@drover/shared/http/problem';
import { didYouMean } from '@drover/shared/nearest';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { listJobTypes, readJobType } from '../openapi/operations/job-types.ts';

/** A job type as clients see it; schemas are JSON Schema 2020-12, durations milliseconds. */
const describeType = (job: JobType) => ({
  type: job.type,
  queue: job.queue,
  summary: job.summary,
  role: job.role,
  payload: z.toJSONSchema(job.payload, { io: 'input', unrepresentable: 'any' }),
  result: z.toJSONSchema(job.result, { io: 'output', unrepresentable: 'any' }),
  defaults: {
    attempts: job.retry.attempts,
    backoff: job.retry.backoff,
    timeout: job.timeoutMs,
    priority: job.priority,
    expiresIn: job.expiresInMs ?? null,
    retention: job.retentionMs ?? null,
  },
  links: { self: `/job-types/${job.type}` },
});

/** `GET /job-types` and `GET /job-types/:type`: the catalog. */
export const jobTypeRoutes = (scope: FastifyInstance, catalog: Catalog): void => {
  const described = new Map(catalog.all.map((job) => [job.type, describeType(job)]));

  scope.get('/job-types', { config: { role: 'read', operation: listJobTypes } }, async () => ({
    items: [...described.values()],
  }));

  scope.get<{ Params: { type: string } }>(
    '/job-types/:type',
    { config: { role: 'read', operation: readJobType } },
    async ({ params: { type } }) => {
      const found = described.get(type);
      if (found) return found;
      throw new Problem(
        'job-type-not-found',
        `There is no job type "${type}".${didYouMean(type, catalog.names)}`,
      );
    },
  );
};
