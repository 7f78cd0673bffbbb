import { listWorkers } from '@drover/jobs/operations/worker-record';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { FastifyInstance } from 'fastify';
import { listLiveWorkers } from '../openapi/operations/workers.ts';

/** `GET /workers`: the live worker processes and the jobs that they run, of all tenants. */
export const workerRoutes = (
  scope: FastifyInstance,
  { queues }: { queues: Pick<QueueSet, 'redis' | 'keys'> },
): void => {
  scope.get('/workers', { config: { role: 'operate', operation: listLiveWorkers } }, async () => ({
    items: await listWorkers(queues),
  }));
};
