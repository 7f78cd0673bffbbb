import { fieldErrors, toPointer } from '@drover/jobs/adding/pointers';
import { checkFitness } from '@drover/jobs/adding/submission';
import { type QueuePatch, queuePatch } from '@drover/jobs/contract/operations';
import { type QueueName, queueNames } from '@drover/jobs/definition/queues';
import { changeQueue, undividedIn } from '@drover/jobs/operations/change-queue';
import type { LimitsByQueue } from '@drover/jobs/operations/configured-limits';
import { readQueueStatus, readQueueStatuses } from '@drover/jobs/operations/queue-status';
import { Problem } from '@drover/shared/http/problem';
import { didYouMean } from '@drover/shared/nearest';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import type { Operation } from '../openapi/operation.ts';
import {
  listQueues,
  pauseQueue,
  readQueue,
  resumeQueue,
  updateQueue,
} from '../openapi/operations/queues.ts';

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

/** @throws Problem `invalid-submission`, with a pointer to each fault. */
const parsePatch = (body: unknown, partitions: number): QueuePatch => {
  const invalid = (errors: ReturnType<typeof fieldErrors>) =>
    new Problem('invalid-submission', 'The settings are not valid.', { errors });
  checkFitness(body);
  const patch = queuePatch.safeParse(body);
  if (!patch.success) throw invalid(fieldErrors(patch.error));
  const undivided = undividedIn(patch.data, partitions);
  if (undivided.length === 0) return patch.data;
  throw invalid(undivided.map(({ path, message }) => ({ pointer: toPointer(path), message })));
};

/** Who has steered which queue, for those who ask later. */
const logSteering = (request: FastifyRequest, queue: QueueName, what: string, more = {}) =>
  request.log.info(
    { requestId: request.id, queue, tenant: callerOf(request).tenant, ...more },
    `queue: ${what}`,
  );

/** `GET /queues`, `GET` and `PATCH /queues/:name`, pause and resume. They tell of the jobs of all tenants. */
export const queueRoutes = (
  scope: FastifyInstance,
  {
    queues,
    partitions,
    queueLimits,
  }: { queues: QueueSet; partitions: number; queueLimits: LimitsByQueue },
): void => {
  const places = {
    redis: queues.redis,
    keys: queues.keys,
    partitions,
    configured: queueLimits,
  };
  const as = (operation: Operation) => ({ config: { role: 'operate', operation } }) as const;

  scope.get('/queues', as(listQueues), async () => ({ items: await readQueueStatuses(places) }));

  scope.get<ByName>('/queues/:name', as(readQueue), async ({ params }) =>
    readQueueStatus(places, known(params.name)),
  );

  scope.patch<ByName>('/queues/:name', as(updateQueue), async (request) => {
    const queue = known(request.params.name);
    const patch = parsePatch(request.body, partitions);
    await changeQueue(places, queue, patch);
    logSteering(request, queue, 'settings', { settings: patch });
    return readQueueStatus(places, queue);
  });

  const operations = { pause: pauseQueue, resume: resumeQueue };
  for (const action of ['pause', 'resume'] as const) {
    scope.post<ByName>(`/queues/:name/${action}`, as(operations[action]), async (request) => {
      const queue = known(request.params.name);
      await Promise.all(
        Array.from({ length: partitions }, (_, number) => queues.get(queue, number)[action]()),
      );
      logSteering(request, queue, action);
      return readQueueStatus(places, queue);
    });
  }
};
