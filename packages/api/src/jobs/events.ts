import { Readable } from 'node:stream';
import { isTerminal } from '@drover/jobs/contract/job-resource';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import { decodeCursor, statusToken } from '../following/cursor.ts';
import { jobEventStream } from '../following/event-stream.ts';
import type { Watches } from '../following/watches.ts';
import { followJob } from '../openapi/operations/jobs.ts';
import { whenGone } from './client-gone.ts';
import { jobNotFound } from './not-found.ts';
import type { JobStore } from './store.ts';

/** `GET /jobs/:id/events`: what happens to a job, as Server-Sent Events. */
export const eventsRoute = (
  scope: FastifyInstance,
  { store, watches }: { store: JobStore; watches: Watches },
): void => {
  scope.get<{ Params: { id: string } }>(
    '/jobs/:id/events',
    { config: { role: 'read', operation: followJob } },
    async (request, reply) => {
      const { id } = request.params;
      const found = await store.find(id, callerOf(request).tenant);
      if (!found) throw jobNotFound(id);
      const { address, resource } = found;
      const cursor = decodeCursor(String(request.headers['last-event-id'] ?? ''));
      reply.header('cache-control', 'no-store');
      // All has been told: any other status would let an EventSource connect again and again.
      if (isTerminal(resource.status) && statusToken(resource) === cursor.status) {
        return reply.code(204).send();
      }
      const readLines = (page: { after: number; limit: number }) => store.readLines(address, page);
      const signal = whenGone(reply);
      const events = jobEventStream({ watches, job: address, signal, readLines }, cursor);
      return reply
        .header('content-type', 'text/event-stream; charset=utf-8')
        .header('x-accel-buffering', 'no')
        .send(request.method === 'HEAD' ? '' : Readable.from(events));
    },
  );
};
