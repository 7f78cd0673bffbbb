import { Readable } from 'node:stream';
import { idempotencyRecord, type ScopedKey } from '@drover/jobs/adding/idempotency-record';
import type { Catalog } from '@drover/jobs/catalog';
import type { WorkflowResource } from '@drover/jobs/contract/workflow';
import { type WebhookIntake, withWorkflowWebhooks } from '@drover/jobs/webhooks/attach';
import { parseWorkflow, type ValidWorkflow } from '@drover/jobs/workflows/parse';
import type { Submitted } from '@drover/jobs/workflows/submit';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import type { Caller } from '../auth/key-ring.ts';
import { requireSubmit } from '../auth/may-submit.ts';
import { waitUntilFinished } from '../following/wait.ts';
import type { Watches } from '../following/watches.ts';
import { parseQuery } from '../http/query.ts';
import { whenGone } from '../jobs/client-gone.ts';
import { scopedKeyOf } from '../jobs/idempotency-key.ts';
import { idempotencyConflict } from '../jobs/intake.ts';
import { parsePrefer } from '../jobs/prefer.ts';
import type { JobStore } from '../jobs/store.ts';
import {
  cancelWorkflow,
  followWorkflow,
  listWorkflows,
  readWorkflow,
  submitWorkflow,
  workflowQuery,
} from '../openapi/operations/workflows.ts';
import type { Throttle } from '../throttling/throttle.ts';
import { traceOf } from '../tracing/requests.ts';
import { cursorOf, encodeCursor } from './cursor.ts';
import { workflowEventStream } from './event-stream.ts';
import type { FoundWorkflow, WorkflowStore } from './store.ts';

interface ById {
  Params: { id: string };
}

export interface WorkflowRouteParts {
  catalog: Catalog;
  workflows: WorkflowStore;
  workflowWatches: Watches<WorkflowResource>;
  store: Pick<JobStore, 'lookUpKey'>;
  throttle: Throttle;
  /** How many partitions new workflows are spread over. */
  partitions: number;
  /** Who is told of the ends of workflows and their steps. */
  webhooks: WebhookIntake;
}

/** The same for unknown, malformed, forgotten and other tenants' ids: they tell nothing apart. */
const workflowNotFound = (id: string) =>
  new Problem(
    'workflow-not-found',
    `There is no workflow "${id.slice(0, 100)}", or its time here is over.`,
  );

const find = async (
  workflows: WorkflowStore,
  id: string,
  caller: Caller,
): Promise<FoundWorkflow> => {
  const found = await workflows.find(id, caller.tenant);
  if (!found) throw workflowNotFound(id);
  return found;
};

/** The workflow when it has ended, or as it is when the time that the client prefers is up. */
const awaited = async (
  watches: WorkflowRouteParts['workflowWatches'],
  { address, resource }: FoundWorkflow,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<WorkflowResource> => {
  const prefer = parsePrefer(request.headers.prefer);
  if (prefer.applied) reply.header('preference-applied', prefer.applied);
  if (prefer.waitMs === 0 || resource.status !== 'running') return resource;
  const limits = { ms: prefer.waitMs, signal: whenGone(reply) };
  const ended = await waitUntilFinished(watches, address, limits).catch(() => undefined);
  return ended ?? resource;
};

/** `POST /workflows`: takes a workflow in, as many jobs as it has steps. */
const submitRoute = (scope: FastifyInstance, parts: WorkflowRouteParts): void => {
  const { catalog, workflows, workflowWatches, store, throttle, partitions, webhooks } = parts;

  const take = async (
    caller: Caller,
    workflow: ValidWorkflow,
    scoped: ScopedKey | undefined,
  ): Promise<Submitted> => {
    const { tenant } = caller;
    const idempotency = scoped && idempotencyRecord({ ...scoped, tenant }, partitions);
    const isReplay = idempotency && (await store.lookUpKey(idempotency)).is === 'replay';
    if (!isReplay) await throttle.take(caller, workflow.steps.length);
    return workflows.submit(workflow, { tenant, partitions, idempotency });
  };

  const acceptedId = (reply: FastifyReply, submitted: Submitted): string => {
    switch (submitted.outcome) {
      case 'conflict':
        throw idempotencyConflict();
      case 'gone':
        throw new Problem(
          'workflow-gone',
          `This submission made the workflow ${submitted.id} before, whose time here is over.`,
        );
      case 'replayed':
        reply.header('idempotency-replayed', 'true');
        return submitted.id;
      default:
        return submitted.id;
    }
  };

  scope.post(
    '/workflows',
    { config: { role: 'submit', operation: submitWorkflow } },
    async (request, reply) => {
      const caller = callerOf(request);
      const given = { ...parseWorkflow(request.body, catalog), trace: traceOf(request) };
      for (const { type } of given.steps) requireSubmit(caller, type);
      const scoped = scopedKeyOf(request, 'POST /workflows', request.body);
      const workflow = withWorkflowWebhooks(given, caller.tenant, webhooks);
      const id = acceptedId(reply, await take(caller, workflow, scoped));
      request.log.debug(
        { requestId: request.id, workflowId: id, tenant: caller.tenant },
        'workflow accepted',
      );
      const found = await find(workflows, id, caller);
      const resource = await awaited(workflowWatches, found, request, reply);
      if (resource.status === 'running') reply.code(202).header('retry-after', '1');
      return reply.header('location', resource.links.self).send(resource);
    },
  );
};

/** `GET /workflows/:id/events`: what happens to a workflow, as Server-Sent Events. */
const eventsRoute = (
  scope: FastifyInstance,
  { workflows, workflowWatches: watches }: WorkflowRouteParts,
): void => {
  scope.get<ById>(
    '/workflows/:id/events',
    { config: { role: 'read', operation: followWorkflow } },
    async (request, reply) => {
      const { address, resource } = await find(workflows, request.params.id, callerOf(request));
      const lastEventId = String(request.headers['last-event-id'] ?? '');
      reply.header('cache-control', 'no-store');
      // All has been told: any other status would let an EventSource connect again and again.
      if (resource.status !== 'running' && lastEventId === encodeCursor(cursorOf(resource))) {
        return reply.code(204).send();
      }
      const source = { watches, workflow: address, signal: whenGone(reply) };
      const events = workflowEventStream(source, lastEventId, resource.stepCounts.total);
      return reply
        .header('content-type', 'text/event-stream; charset=utf-8')
        .header('x-accel-buffering', 'no')
        .send(request.method === 'HEAD' ? '' : Readable.from(events));
    },
  );
};

/** Everything under `/workflows`. */
export const workflowRoutes = (scope: FastifyInstance, parts: WorkflowRouteParts): void => {
  const { workflows, workflowWatches } = parts;
  submitRoute(scope, parts);

  scope.get(
    '/workflows',
    { config: { role: 'read', operation: listWorkflows } },
    async (request) => {
      const { status, cursor: before, limit } = parseQuery(workflowQuery, request.query);
      return workflows.list({ tenant: callerOf(request).tenant, status, before, limit });
    },
  );

  scope.get<ById>(
    '/workflows/:id',
    { config: { role: 'read', operation: readWorkflow } },
    async (request, reply) => {
      const found = await find(workflows, request.params.id, callerOf(request));
      const resource = await awaited(workflowWatches, found, request, reply);
      if (resource.status === 'running') reply.header('retry-after', '1');
      return reply.header('cache-control', 'private, no-cache').send(resource);
    },
  );

  eventsRoute(scope, parts);

  scope.delete<ById>(
    '/workflows/:id',
    { config: { role: 'submit', operation: cancelWorkflow } },
    async (request, reply) => {
      const { id } = request.params;
      const caller = callerOf(request);
      const { address } = await find(workflows, id, caller);
      const answer = await workflows.cancel(address);
      if (answer === 'gone') throw workflowNotFound(id);
      const { resource } = await find(workflows, id, caller);
      if (answer === 'finished') {
        throw new Problem('workflow-finished', `The workflow is ${resource.status} already.`);
      }
      request.log.info(
        { requestId: request.id, workflowId: id, tenant: caller.tenant, was: answer },
        'workflow canceled',
      );
      return reply
        .code(answer === 'running' ? 202 : 200)
        .header('location', resource.links.self)
        .send(resource);
    },
  );
};
