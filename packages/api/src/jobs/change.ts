import { isBulkType } from '@drover/jobs/history/bulk';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import { cancelJob, retryJob } from '../openapi/operations/jobs.ts';
import type { Throttle } from '../throttling/throttle.ts';
import { jobNotFound } from './not-found.ts';
import type { FoundJob, JobStore } from './store.ts';

/** `DELETE /jobs/:id` cancels a job, `POST /jobs/:id/retry` runs one that failed again. */
export const changeRoutes = (
  scope: FastifyInstance,
  { store, throttle }: { store: JobStore; throttle: Throttle },
): void => {
  const find = async (id: string, tenant: string): Promise<FoundJob> => {
    const found = await store.find(id, tenant);
    if (!found) throw jobNotFound(id);
    return found;
  };

  scope.delete<{ Params: { id: string } }>(
    '/jobs/:id',
    { config: { role: 'submit', operation: cancelJob } },
    async (request, reply) => {
      const { id } = request.params;
      const { tenant } = callerOf(request);
      const { address } = await find(id, tenant);
      const answer = await store.cancel(address);
      if (answer === 'gone') throw jobNotFound(id);
      const { resource } = await find(id, tenant);
      if (answer === 'finished') {
        throw new Problem('job-finished', `The job is ${resource.status} already.`);
      }
      request.log.info({ requestId: request.id, jobId: id, tenant, was: answer }, 'job canceled');
      return reply
        .code(answer === 'running' ? 202 : 200)
        .header('location', resource.links.self)
        .send(resource);
    },
  );

  scope.post<{ Params: { id: string } }>(
    '/jobs/:id/retry',
    { config: { role: 'submit', operation: retryJob } },
    async (request, reply) => {
      const { id } = request.params;
      const caller = callerOf(request);
      const { resource } = await find(id, caller.tenant);
      if (isBulkType(resource.type)) {
        throw new Problem(
          'job-not-retryable',
          'Ask for it anew: POST /dead-letters/redrive, /jobs/cancel or /jobs/retry.',
        );
      }
      const notRetryable = (status: string) =>
        new Problem(
          'job-not-retryable',
          `Only finished jobs without a result can be; it is ${status}.`,
        );
      if (!['failed', 'canceled', 'expired'].includes(resource.status)) {
        throw notRetryable(resource.status);
      }
      await throttle.take(caller, 1);
      const isRetried = await store.retry(id, caller.tenant);
      const now = await find(id, caller.tenant);
      if (!isRetried) throw notRetryable(now.resource.status);
      request.log.info({ requestId: request.id, jobId: id, tenant: caller.tenant }, 'job retried');
      return reply.code(202).header('location', now.resource.links.self).send(now.resource);
    },
  );
};
