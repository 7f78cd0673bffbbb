import { type QueueName, queueNames } from '@drover/jobs/definition/queues';
import { readQueueStatus, readQueueStatuses } from '@drover/jobs/operations/queue-status';
import { Problem } from '@drover/shared/http/problem';
import { didYouMean } from '@drover/shared/nearest';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import type { Operation } from '../openapi/operation.ts';
import { listQueues, pauseQueue, readQueue, resumeQueue } from '../openapi/operations/queues.ts';

interface ByName {
  Params: { name: string };
}

/** @throws Problem `queue-not-found`, with the nearest name. */
const known = (name: string): QueueName => {
  const found = queueNames.find((queue) => queue === name);
  if (found) return found;
  throw new Problem(
    'queue-not-found',
    `There is no queue "${name.slice(0, 100)}".${didYouMean(name.slice(0, 100), queueNames)}`,
  );
};

/** `GET /queues`, `GET /queues/:name`, and pause and resume. They tell of the jobs of all tenants. */
export const queueRoutes = (
  scope: FastifyInstance,
  { queues, partitions }: { queues: QueueSet; partitions: number },
): void => {
  const places = { redis: queues.redis, keys: queues.keys, partitions };
  const as = (operation: Operation) => ({ config: { role: 'operate', operation } }) as const;

  scope.get('/queues', as(listQueues), async () => ({ items: await readQueueStatuses(places) }));

  scope.get<ByName>('/queues/:name', as(readQueue), async ({ params }) =>
    readQueueStatus(places, known(params.name)),
  );

  const operations = { pause: pauseQueue, resume: resumeQueue };
  for (const action of ['pause', 'resume'] as const) {
    scope.post<ByName>(`/queues/:name/${action}`, as(operations[action]), async (request) => {
      const queue = known(request.params.name);
      await Promise.all(
        Array.from({ length: partitions }, (_, number) => queues.get(queue, number)[action]()),
      );
      request.log.info(
        { requestId: request.id, queue, tenant: callerOf(request).tenant },
        `queue: ${action}`,
      );
      return readQueueStatus(places, queue);
    });
  }
};
