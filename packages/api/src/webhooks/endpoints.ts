import { endpointPatch, maxEndpoints, newEndpoint } from '@drover/jobs/contract/webhook';
import type { WebhookDirectory } from '@drover/jobs/webhooks/directory';
import {
  addEndpoint,
  listEndpoints,
  patchEndpoint,
  readEndpoint,
  removeEndpoint,
} from '@drover/jobs/webhooks/endpoints';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import {
  createWebhook,
  deleteWebhook,
  listWebhooks,
  readWebhook,
  updateWebhook,
} from '../openapi/operations/webhooks.ts';
import { endpointNotFound } from './not-found.ts';
import { checkEndpoint, parseBody } from './parse.ts';
import type { WebhookRouteParts } from './parts.ts';
import { toEndpoint } from './resource.ts';

interface ById {
  Params: { id: string };
}

/** Lets this process know at once; that it does not is no reason to call the change off. */
const refresh = async (directory: WebhookDirectory, tenant: string): Promise<void> => {
  await directory.refresh(tenant).catch(() => undefined);
};

/** `/webhooks` and `/webhooks/:id`: the endpoints of the caller's tenant. */
export const endpointRoutes = (scope: FastifyInstance, parts: WebhookRouteParts): void => {
  const { queues, directory } = parts;

  const told = (request: FastifyRequest, id: string, what: string) =>
    request.log.info(
      { requestId: request.id, webhook: id, tenant: callerOf(request).tenant },
      `webhook endpoint ${what}`,
    );

  scope.get('/webhooks', { config: { role: 'read', operation: listWebhooks } }, async (request) => {
    const endpoints = await listEndpoints(queues, callerOf(request).tenant);
    return { items: endpoints.map(toEndpoint) };
  });

  scope.post(
    '/webhooks',
    { config: { role: 'operate', operation: createWebhook } },
    async (request, reply) => {
      const { tenant } = callerOf(request);
      const given = parseBody(newEndpoint, request.body);
      checkEndpoint(given, parts);
      const added = await addEndpoint(queues, tenant, given);
      if (!added) {
        throw new Problem('webhook-limit', `${maxEndpoints} webhook endpoints are the most.`);
      }
      await refresh(directory, tenant);
      told(request, added.id, 'registered');
      const endpoint = toEndpoint(added);
      return reply.code(201).header('location', endpoint.links.self).send(endpoint);
    },
  );

  scope.get<ById>(
    '/webhooks/:id',
    { config: { role: 'read', operation: readWebhook } },
    async (request) => {
      const { id } = request.params;
      const endpoint = await readEndpoint(queues, callerOf(request).tenant, id);
      if (!endpoint) throw endpointNotFound(id);
      return toEndpoint(endpoint);
    },
  );

  scope.patch<ById>(
    '/webhooks/:id',
    { config: { role: 'operate', operation: updateWebhook } },
    async (request) => {
      const { id } = request.params;
      const { tenant } = callerOf(request);
      if (!(await readEndpoint(queues, tenant, id))) throw endpointNotFound(id);
      const patch = parseBody(endpointPatch, request.body);
      checkEndpoint(patch, parts);
      const changed = await patchEndpoint(queues, tenant, id, patch);
      if (!changed) throw endpointNotFound(id);
      await refresh(directory, tenant);
      told(request, id, 'changed');
      return toEndpoint(changed);
    },
  );

  scope.delete<ById>(
    '/webhooks/:id',
    { config: { role: 'operate', operation: deleteWebhook } },
    async (request) => {
      const { id } = request.params;
      const { tenant } = callerOf(request);
      const removed = await removeEndpoint(queues, tenant, id);
      if (!removed) throw endpointNotFound(id);
      await refresh(directory, tenant);
      told(request, id, 'deleted');
      return toEndpoint(removed);
    },
  );
};
