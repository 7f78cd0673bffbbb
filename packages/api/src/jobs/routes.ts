import type { Catalog } from '@drover/jobs/catalog';
import { toQueuedJob } from '@drover/jobs/record/queued-job';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import type { JobStore } from './store.ts';
import { parseSubmission } from './submission.ts';

/** Seconds after which a client that polls should look again. */
const pollAfterSeconds = '1';

export const jobNotFound = (id: string) =>
  new Problem('job-not-found', `There is no job "${id.slice(0, 100)}", or its time here is over.`);

/** `POST /jobs` and `GET /jobs/:id`. */
export const jobRoutes = (
  scope: FastifyInstance,
  options: { catalog: Catalog; store: JobStore; partitions: number },
): void => {
  const { catalog, store, partitions } = options;

  scope.post('/jobs', { config: { role: 'submit' } }, async (request, reply) => {
    const { tenant } = callerOf(request);
    const { type, payload } = parseSubmission(request.body, catalog);
    const resource = await store.add(toQueuedJob(type, { payload, tenant }, partitions));
    request.log.info({ jobId: resource.id, type: resource.type, tenant }, 'job accepted');
    return reply
      .code(202)
      .header('location', resource.links.self)
      .header('retry-after', pollAfterSeconds)
      .send(resource);
  });

  scope.get<{ Params: { id: string } }>(
    '/jobs/:id',
    { config: { role: 'read' } },
    async (request) => {
      const { id } = request.params;
      const resource = await store.find(id, callerOf(request).tenant);
      if (!resource) throw jobNotFound(id);
      return resource;
    },
  );
};
