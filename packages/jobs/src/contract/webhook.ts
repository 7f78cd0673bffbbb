import { duration } from '@drover/shared/duration';
import { z } from 'zod';
import { httpUrl } from '../fields/http-url.ts';
import { jobEvents, testEvent, workflowEvents } from './webhook-target.ts';

/** Most endpoints of a tenant. */
export const maxEndpoints = 20;

/** Most deliveries of a page. */
export const maxDeliveryPage = 100;
export const defaultDeliveryPage = 20;

/** Longest time that an earlier secret stays in use, in milliseconds: 7 days. */
const maxOverlapMs = 604_800_000;

const instant = z.iso.datetime().describe('RFC 3339, in UTC');

const subscribable = [...jobEvents, ...workflowEvents] as const;
const events = z
  .array(z.enum(subscribable))
  .min(1)
  .max(subscribable.length)
  .describe('Ends that are told');

/** Segments of a job type; `*` is any one of them, and at the end any number. */
const typePattern = z
  .string()
  .max(64)
  .regex(/^([a-z][a-z0-9-]*|\*)(\.([a-z][a-z0-9-]*|\*))*$/, 'expected a job type, or "image.*"');

const types = z
  .array(typePattern)
  .min(1)
  .max(50)
  .describe('Job types whose ends are told, `image.*` for all of an area. Workflows have no type');

const description = z.string().max(200).describe('For people');

const hasChange = (patch: object) => Object.keys(patch).length > 0;

/** Body of `POST /webhooks`. */
export const newEndpoint = z
  .strictObject({
    url: httpUrl,
    events: events.optional(),
    types: types.optional(),
    enabled: z.boolean().optional().describe('Default true'),
    description: description.optional(),
  })
  .meta({ id: 'NewWebhook' });

/** Body of `PATCH /webhooks/:id`. */
export const endpointPatch = z
  .strictObject({
    url: httpUrl.optional(),
    events: events.nullable().optional(),
    types: types.nullable().optional(),
    enabled: z.boolean().optional(),
    description: description.optional(),
  })
  .refine(hasChange, 'expected one field at least')
  .meta({ id: 'WebhookPatch' });

/** An endpoint that a tenant has registered. */
export const endpoint = z
  .strictObject({
    id: z.string().describe('Opaque'),
    url: z.string(),
    events: events.nullable().describe('Null: all'),
    types: types.nullable().describe('Null: all'),
    enabled: z.boolean(),
    disabledReason: z
      .enum(['by-hand', 'gone'])
      .nullable()
      .describe('`gone`: the endpoint has answered 410'),
    description: z.string(),
    createdAt: instant,
    updatedAt: instant,
    links: z.strictObject({ self: z.string(), test: z.string(), deliveries: z.string() }),
  })
  .meta({ id: 'Webhook' });

export const endpointList = z
  .strictObject({ items: z.array(endpoint) })
  .meta({ id: 'WebhookList' });

/** What webhooks are signed with. */
export const webhookSecret = z
  .strictObject({
    secret: z.string().describe('`whsec_` and the key in base64'),
    createdAt: instant,
    previous: z
      .array(z.strictObject({ createdAt: instant, expiresAt: instant }))
      .describe('Earlier secrets that are signed with, too, until they expire'),
  })
  .meta({ id: 'WebhookSecret' });

/** Body of `POST /webhooks/secret/rotate`. */
export const secretRotation = z
  .strictObject({
    overlap: duration
      .refine((ms) => ms <= maxOverlapMs, 'expected 7 days at most')
      .optional()
      .describe('How long the earlier secret stays in use; 0 ends it at once'),
  })
  .meta({ id: 'WebhookSecretRotation' });

export const deliveryEvents = [...subscribable, testEvent] as const;
export const deliveryStatuses = ['pending', 'succeeded', 'failed', 'canceled'] as const;

/** A request of a delivery, and what came back. */
export const deliveryAttempt = z
  .strictObject({
    at: instant,
    durationMs: z.int().min(0),
    url: z.string(),
    status: z.int().nullable().describe('Of the answer; null: there was none'),
    error: z
      .strictObject({ code: z.string(), message: z.string() })
      .nullable()
      .describe('Null: it was delivered'),
    answer: z.string().nullable().describe('The first 1 KiB of the body, as text'),
  })
  .meta({ id: 'WebhookAttempt' });

const summary = {
  id: z.string().describe('Opaque'),
  webhookId: z.string().describe('The header `webhook-id`: the same for a replay'),
  event: z.enum(deliveryEvents),
  endpoint: z.string().nullable().describe('Null: the submission of the job named its URL'),
  url: z.string().nullable().describe('Null: its endpoint was deleted'),
  source: z.string().nullable().describe('Id of the job or workflow'),
  replayOf: z.string().nullable().describe('The delivery that it repeats'),
  status: z
    .enum(deliveryStatuses)
    .describe('`failed`: it is a dead letter, and is not tried any more'),
  attempts: z.int().min(0).describe('Requests that were made'),
  lastAttempt: deliveryAttempt.nullable(),
  createdAt: instant,
  nextAttemptAt: instant.nullable().describe('When it is tried again; null: at once, or never'),
  finishedAt: instant.nullable(),
  links: z.strictObject({ self: z.string(), replay: z.string() }),
};

/** A delivery as lists show it. */
export const deliverySummary = z.strictObject(summary).meta({ id: 'WebhookDeliverySummary' });

/** The body that is posted. */
export const webhookEvent = z
  .strictObject({
    type: z.enum(deliveryEvents),
    timestamp: instant.describe('When it happened'),
    data: z
      .record(z.string(), z.unknown())
      .describe('The job, or the workflow without its steps, as of its end'),
    omitted: z
      .array(z.string())
      .optional()
      .describe('Fields of `data` that are too large to be sent, or not known any more'),
  })
  .meta({ id: 'WebhookEvent' });

/** A delivery with all that is known of it. */
export const delivery = z
  .strictObject({
    ...summary,
    body: webhookEvent.describe('What is posted'),
    history: z.array(deliveryAttempt).describe('The latest 50 requests, the oldest first'),
  })
  .meta({ id: 'WebhookDelivery' });

export const deliveryList = z
  .strictObject({
    items: z.array(deliverySummary),
    nextCursor: z.string().nullable().describe('`cursor` of the next page; null: it is the last'),
  })
  .meta({ id: 'WebhookDeliveryList' });

/** Which deliveries a list has. */
export const deliveryFilter = z.strictObject({
  endpoint: z.string().max(64).optional().describe('Of this endpoint.'),
  status: z.enum(deliveryStatuses).optional().describe('In this state.'),
  event: z.enum(deliveryEvents).optional().describe('Of this event.'),
  source: z.string().max(100).optional().describe('Of the job or workflow with this id.'),
});

export type NewEndpoint = z.output<typeof newEndpoint>;
export type EndpointPatch = z.output<typeof endpointPatch>;
export type Endpoint = z.output<typeof endpoint>;
export type WebhookSecret = z.output<typeof webhookSecret>;
export type SecretRotationInput = z.input<typeof secretRotation>;
export type WebhookEvent = z.output<typeof webhookEvent>;
export type DeliveryAttempt = z.output<typeof deliveryAttempt>;
export type DeliverySummary = z.output<typeof deliverySummary>;
export type Delivery = z.output<typeof delivery>;
export type DeliveryList = z.output<typeof deliveryList>;
export type DeliveryFilter = z.output<typeof deliveryFilter>;
