import {
  defaultDeliveryPage,
  deliveryFilter,
  maxDeliveryPage,
} from '@drover/jobs/contract/webhook';
import { testEvent } from '@drover/jobs/contract/webhook-target';
import { partitionOf } from '@drover/jobs/record/placement';
import { addDeliveries, type NewDelivery } from '@drover/jobs/webhooks/add';
import { listEndpoints, readEndpoint } from '@drover/jobs/webhooks/endpoints';
import { findDelivery } from '@drover/jobs/webhooks/find-delivery';
import { listDeliveries } from '@drover/jobs/webhooks/list';
import { deliveryQueue } from '@drover/jobs/webhooks/log';
import { Problem } from '@drover/shared/http/problem';
import { newJobId } from '@drover/shared/job-id';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf } from '../auth/bearer.ts';
import { parseQuery } from '../http/query.ts';
import {
  listWebhookDeliveries,
  readWebhookDelivery,
  replayWebhookDelivery,
  testWebhook,
} from '../openapi/operations/webhooks.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { deliveryNotFound, endpointNotFound } from './not-found.ts';
import type { WebhookRouteParts } from './parts.ts';
import { toDelivery, toDeliverySummary, type Urls } from './resource.ts';

const limit = z
  .string()
  .regex(/^\d{1,9}$/, 'expected a whole number')
  .transform(Number)
  .refine((n) => n >= 1 && n <= maxDeliveryPage, `expected 1 to ${maxDeliveryPage}`)
  .prefault(String(defaultDeliveryPage));

const deliveryQuery = z.strictObject({
  ...deliveryFilter.shape,
  limit,
  cursor: z.string().max(300).optional(),
});

interface ById {
  Params: { id: string };
}

/** What became of the events of the caller's tenant, and how to send one again. */
export const deliveryRoutes = (scope: FastifyInstance, parts: WebhookRouteParts): void => {
  const { queues, partitions, throttle } = parts;

  const urlsOf = async (tenant: string): Promise<Urls> =>
    new Map((await listEndpoints(queues, tenant)).map(({ id, url }) => [id, url]));

  const find = async (id: string, tenant: string) => {
    const found = await findDelivery(queues, id, tenant);
    if (!found) throw deliveryNotFound(id);
    return found;
  };

  /** Adds a delivery, and answers with it. */
  const add = async (request: FastifyRequest, reply: FastifyReply, delivery: NewDelivery) => {
    const { tenant } = delivery;
    await throttle.take(callerOf(request), 1);
    const [job] = await addDeliveries(queues, [delivery]);
    const resource = toDelivery(await find(job?.id ?? '', tenant), await urlsOf(tenant));
    request.log.info(
      { requestId: request.id, delivery: resource.id, event: resource.event, tenant },
      'webhook delivery asked for',
    );
    return reply.code(202).header('location', resource.links.self).send(resource);
  };

  scope.get(
    '/webhooks/deliveries',
    { config: { role: 'read', operation: listWebhookDeliveries } },
    async (request) => {
      const { limit, cursor, ...filter } = parseQuery(deliveryQuery, request.query);
      const { tenant } = callerOf(request);
      const listing = { ...filter, tenant };
      const after = cursor === undefined ? undefined : decodeCursor(cursor, listing);
      const [{ items, next }, urls] = await Promise.all([
        listDeliveries(queues, partitions, { tenant, filter, after, limit }),
        urlsOf(tenant),
      ]);
      return {
        items: items.map((item) => toDeliverySummary(item, urls)),
        nextCursor: next ? encodeCursor(next, listing) : null,
      };
    },
  );

  scope.get<ById>(
    '/webhooks/deliveries/:id',
    { config: { role: 'read', operation: readWebhookDelivery } },
    async (request) => {
      const { tenant } = callerOf(request);
      const found = await find(request.params.id, tenant);
      return toDelivery(found, await urlsOf(tenant));
    },
  );

  scope.post<ById>(
    '/webhooks/deliveries/:id/replay',
    { config: { role: 'operate', operation: replayWebhookDelivery } },
    async (request, reply) => {
      const { id } = request.params;
      const { tenant } = callerOf(request);
      const { address, payload } = await find(id, tenant);
      const { webhookId, endpoint, url = '', body, source, isTest } = payload;
      if (endpoint !== undefined && !isTest) {
        const registered = await readEndpoint(queues, tenant, endpoint);
        if (!registered) throw endpointNotFound(endpoint);
        if (!registered.enabled) {
          throw new Problem('webhook-disabled', `The webhook endpoint ${endpoint} is disabled.`);
        }
      }
      return add(request, reply, {
        tenant,
        webhookId,
        target: endpoint === undefined ? { url } : { endpoint },
        body,
        source,
        replayOf: id,
        ...(isTest && { isTest, attempts: 1 }),
        partition: address.partition,
      });
    },
  );

  scope.post<ById>(
    '/webhooks/:id/test',
    { config: { role: 'operate', operation: testWebhook } },
    async (request, reply) => {
      const { id } = request.params;
      const { tenant } = callerOf(request);
      const endpoint = await readEndpoint(queues, tenant, id);
      if (!endpoint) throw endpointNotFound(id);
      const partition = partitionOf(partitions);
      return add(request, reply, {
        tenant,
        webhookId: `msg_${newJobId(deliveryQueue, partition).slice(-26)}`,
        target: { endpoint: id },
        body: {
          type: testEvent,
          timestamp: new Date().toISOString(),
          data: { endpoint: id, message: 'This is a test.' },
        },
        isTest: true,
        attempts: 1,
        partition,
      });
    },
  );
};
