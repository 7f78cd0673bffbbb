import { isTerminal, type JobResource } from '@drover/jobs/contract/job-resource';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import { waitUntilFinished } from '../following/wait.ts';
import type { Watches } from '../following/watches.ts';
import type { JobHistory } from '../history/job-history.ts';
import { readJob } from '../openapi/operations/jobs.ts';
import { whenGone } from './client-gone.ts';
import { jobNotFound } from './not-found.ts';
import { parsePrefer } from './prefer.ts';
import type { JobStore } from './store.ts';

/**
 * A job that has succeeded never changes again: caches may keep it for an hour. All others may, those
 * that have failed too, by a retry, and must be asked for anew.
 */
const cacheFor = (job: JobResource): string =>
  job.status === 'succeeded' ? 'private, max-age=3600, immutable' : 'private, no-cache';

const send = (reply: FastifyReply, job: JobResource) => {
  if (!isTerminal(job.status)) reply.header('retry-after', '1');
  return reply.header('cache-control', cacheFor(job)).send(job);
};

/**
 * `GET /jobs/:id`; with `Prefer: wait`, answers when the job has finished. What Redis has forgotten is
 * read as it was recorded.
 */
export const readRoute = (
  scope: FastifyInstance,
  {
    store,
    watches,
    history,
  }: { store: JobStore; watches: Watches; history: Pick<JobHistory, 'find'> },
): void => {
  scope.get<{ Params: { id: string } }>(
    '/jobs/:id',
    { config: { role: 'read', operation: readJob } },
    async (request, reply) => {
      const { id } = request.params;
      const { tenant } = callerOf(request);
      const found = await store.find(id, tenant);
      if (!found) {
        const recorded = await history.find(id, tenant);
        if (!recorded) throw jobNotFound(id);
        return send(reply, recorded);
      }
      const prefer = parsePrefer(request.headers.prefer);
      if (prefer.applied) reply.header('preference-applied', prefer.applied);
      if (prefer.waitMs === 0 || isTerminal(found.resource.status)) {
        return send(reply, found.resource);
      }
      const limits = { ms: prefer.waitMs, signal: whenGone(reply) };
      const job = await waitUntilFinished(watches, found.address, limits).catch(() => undefined);
      return send(reply, job ?? found.resource);
    },
  );
};
