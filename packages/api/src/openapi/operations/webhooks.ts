import {
  type Delivery,
  type DeliverySummary,
  defaultDeliveryPage,
  delivery,
  deliveryFilter,
  deliveryList,
  type Endpoint,
  endpoint,
  endpointList,
  endpointPatch,
  maxDeliveryPage,
  maxEndpoints,
  newEndpoint,
  secretRotation,
  type WebhookSecret,
  webhookSecret,
} from '@drover/jobs/contract/webhook';
import { z } from 'zod';
import { json, type Operation } from '../operation.ts';
import { succeededJob } from './examples.ts';

const endpointId = 'we_5f0c1f6f2a3e4d5b6c7a';

const shop: Endpoint = {
  id: endpointId,
  url: 'https://shop.example.com/drover',
  events: ['job.succeeded', 'job.failed'],
  types: ['image.*'],
  enabled: true,
  disabledReason: null,
  description: 'The shop',
  createdAt: '2026-08-30T09:00:00.000Z',
  updatedAt: '2026-08-30T09:00:00.000Z',
  links: {
    self: `/webhooks/${endpointId}`,
    test: `/webhooks/${endpointId}/test`,
    deliveries: `/webhooks/deliveries?endpoint=${endpointId}`,
  },
};

const deliveryId = 'webhooks.0.01k3v9m9c7b6a5z4y3x2w1v0ts';

const delivered: DeliverySummary = {
  id: deliveryId,
  webhookId: 'msg_01k3v9m9c7h2g3f4d5s6a7q8w9',
  event: 'job.succeeded',
  endpoint: endpointId,
  url: shop.url,
  source: succeededJob.id,
  replayOf: null,
  status: 'succeeded',
  attempts: 1,
  lastAttempt: {
    at: '2026-08-30T09:12:04.720Z',
    durationMs: 84,
    url: shop.url,
    status: 200,
    error: null,
    answer: 'ok',
  },
  createdAt: '2026-08-30T09:12:04.702Z',
  nextAttemptAt: null,
  finishedAt: '2026-08-30T09:12:04.806Z',
  links: {
    self: `/webhooks/deliveries/${deliveryId}`,
    replay: `/webhooks/deliveries/${deliveryId}/replay`,
  },
};

const whole: Delivery = {
  ...delivered,
  body: {
    type: 'job.succeeded',
    timestamp: '2026-08-30T09:12:04.689Z',
    data: succeededJob,
  },
  history: delivered.lastAttempt ? [delivered.lastAttempt] : [],
};

const waiting: Delivery = {
  ...whole,
  status: 'pending',
  attempts: 0,
  lastAttempt: null,
  finishedAt: null,
  history: [],
};

const secret: WebhookSecret = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
  createdAt: '2026-08-30T08:00:00.000Z',
  previous: [],
};

const params = z.object({
  id: z
    .string()
    .describe('The `id` of the endpoint.')
    .meta({ examples: [endpointId] }),
});

const deliveryParams = z.object({
  id: z
    .string()
    .describe('The `id` of the delivery.')
    .meta({ examples: [deliveryId] }),
});

export const listWebhooks: Operation = {
  id: 'listWebhooks',
  tag: 'Webhooks',
  summary: 'List the endpoints',
  description: `The webhook endpoints of the tenant, the oldest first; ${maxEndpoints} at most.`,
  answers: {
    200: {
      description: 'All endpoints.',
      headers: ['ETag'],
      content: json(endpointList, { one: { summary: 'One endpoint', value: { items: [shop] } } }),
    },
  },
  problems: [],
  conditional: true,
};

export const createWebhook: Operation = {
  id: 'createWebhook',
  tag: 'Webhooks',
  summary: 'Register an endpoint',
  description: `From now on it is told how jobs and workflows end that are submitted; those that were submitted before are not told of. A tenant may have ${maxEndpoints}.`,
  body: {
    schema: newEndpoint,
    examples: {
      all: { summary: 'Every end', value: { url: shop.url } },
      some: {
        summary: 'What becomes of pictures',
        value: { url: shop.url, events: shop.events, types: shop.types },
      },
    },
  },
  answers: {
    201: {
      description: 'The endpoint is registered.',
      headers: ['Location'],
      content: json(endpoint, { endpoint: { summary: 'The endpoint', value: shop } }),
    },
  },
  problems: ['webhook-limit'],
};

export const readWebhook: Operation = {
  id: 'readWebhook',
  tag: 'Webhooks',
  summary: 'Read an endpoint',
  description: 'A webhook endpoint of the tenant.',
  params,
  answers: {
    200: {
      description: 'The endpoint.',
      headers: ['ETag'],
      content: json(endpoint, { endpoint: { summary: 'An endpoint', value: shop } }),
    },
  },
  problems: ['webhook-not-found'],
  conditional: true,
};

export const updateWebhook: Operation = {
  id: 'updateWebhook',
  tag: 'Webhooks',
  summary: 'Change an endpoint',
  description:
    'What is left out stays as it is; `null` for `events` or `types` means all. A new URL counts for deliveries that are under way, too; those to an endpoint that is disabled fail.',
  params,
  body: {
    schema: endpointPatch,
    examples: { enable: { summary: 'Enable it again', value: { enabled: true } } },
  },
  answers: {
    200: {
      description: 'The endpoint as it is now.',
      content: json(endpoint, { endpoint: { summary: 'The endpoint', value: shop } }),
    },
  },
  problems: ['webhook-not-found'],
};

export const deleteWebhook: Operation = {
  id: 'deleteWebhook',
  tag: 'Webhooks',
  summary: 'Delete an endpoint',
  description: 'It is told nothing more; deliveries that are under way fail.',
  params,
  answers: {
    200: {
      description: 'It is gone; this is what it was.',
      content: json(endpoint, { endpoint: { summary: 'The endpoint', value: shop } }),
    },
  },
  problems: ['webhook-not-found'],
};

export const testWebhook: Operation = {
  id: 'testWebhook',
  tag: 'Webhooks',
  summary: 'Send a test event',
  description:
    'Sends a `webhook.test` to the endpoint, once, even if it is disabled. Read the delivery to see what it answered.',
  params,
  answers: {
    202: {
      description: 'The delivery.',
      headers: ['Location'],
      content: json(delivery, {
        waiting: {
          summary: 'It is under way',
          value: {
            ...waiting,
            event: 'webhook.test',
            source: null,
            body: {
              type: 'webhook.test',
              timestamp: waiting.createdAt,
              data: { endpoint: endpointId, message: 'This is a test.' },
            },
          },
        },
      }),
    },
  },
  problems: ['webhook-not-found', 'rate-limited'],
};

export const readWebhookSecret: Operation = {
  id: 'readWebhookSecret',
  tag: 'Webhooks',
  summary: 'Read the signing secret',
  description:
    'What receivers verify the signatures with (Standard Webhooks). It is made when it is first needed.',
  answers: {
    200: {
      description: 'The secret.',
      headers: ['ETag'],
      content: json(webhookSecret, { secret: { summary: 'A secret', value: secret } }),
    },
  },
  problems: [],
  conditional: true,
};

export const rotateWebhookSecret: Operation = {
  id: 'rotateWebhookSecret',
  tag: 'Webhooks',
  summary: 'Rotate the signing secret',
  description:
    'Makes a new secret. For a while, 24 hours unless the operator has set another time, messages are signed with the earlier one, too, so that receivers can be changed in peace. `overlap: 0` ends it at once.',
  body: {
    schema: secretRotation,
    examples: {
      usual: { summary: 'In peace', value: {} },
      leaked: { summary: 'The secret has leaked', value: { overlap: 0 } },
    },
  },
  bodyOptional: true,
  answers: {
    200: {
      description: 'The new secret.',
      headers: ['Cache-Control'],
      content: json(webhookSecret, {
        secret: {
          summary: 'Two are in use',
          value: {
            ...secret,
            previous: [
              { createdAt: '2026-06-01T08:00:00.000Z', expiresAt: '2026-08-31T08:00:00.000Z' },
            ],
          },
        },
      }),
    },
  },
  problems: [],
};

const given = deliveryFilter.shape;

/** The query of `GET /webhooks/deliveries`, as the reference tells it. */
const deliveryQuery = z.object({
  ...given,
  endpoint: given.endpoint.meta({ examples: [endpointId] }),
  source: given.source.meta({ examples: [succeededJob.id] }),
  limit: z
    .int()
    .min(1)
    .max(maxDeliveryPage)
    .default(defaultDeliveryPage)
    .describe('Most of the page.'),
  cursor: z
    .string()
    .max(300)
    .optional()
    .describe('`nextCursor` of the page before, with the same filters.'),
});

export const listWebhookDeliveries: Operation = {
  id: 'listWebhookDeliveries',
  tag: 'Webhooks',
  summary: 'List deliveries',
  description:
    'What was told, or is to be, the latest first. All filters must hold. The log has the latest 10 000 deliveries of a tenant (in each partition), of the latest 11 days at most.',
  query: deliveryQuery,
  answers: {
    200: {
      description: 'A page. `nextCursor` is the `cursor` of the next one.',
      headers: ['ETag'],
      content: json(deliveryList, {
        page: { summary: 'The only page', value: { items: [delivered], nextCursor: null } },
      }),
    },
  },
  problems: [],
  conditional: true,
};

export const readWebhookDelivery: Operation = {
  id: 'readWebhookDelivery',
  tag: 'Webhooks',
  summary: 'Read a delivery',
  description: 'What is posted, and every request: when, how long, and what the endpoint answered.',
  params: deliveryParams,
  answers: {
    200: {
      description: 'The delivery.',
      headers: ['ETag'],
      content: json(delivery, { delivered: { summary: 'It was delivered', value: whole } }),
    },
  },
  problems: ['webhook-delivery-not-found'],
  conditional: true,
};

export const replayWebhookDelivery: Operation = {
  id: 'replayWebhookDelivery',
  tag: 'Webhooks',
  summary: 'Replay a delivery',
  description:
    'Sends the same event again, under the same `webhook-id` and as a delivery of its own: a receiver that has it already knows it by that id.',
  params: deliveryParams,
  answers: {
    202: {
      description: 'The new delivery.',
      headers: ['Location'],
      content: json(delivery, {
        waiting: {
          summary: 'It is under way',
          value: { ...waiting, replayOf: 'webhooks.0.01k3v9m9c7b6a5z4y3x2w1v0tr' },
        },
      }),
    },
  },
  problems: ['webhook-delivery-not-found', 'webhook-not-found', 'webhook-disabled', 'rate-limited'],
};
