import { z } from 'zod';
import { httpUrl } from '../fields/http-url.ts';

/** What webhooks tell of jobs: how one ended. */
export const jobEvents = ['job.succeeded', 'job.failed', 'job.canceled', 'job.expired'] as const;

/** What they tell of workflows. */
export const workflowEvents = [
  'workflow.succeeded',
  'workflow.failed',
  'workflow.canceled',
  'workflow.expired',
] as const;

/** Sent when somebody asks for it, to try an endpoint. */
export const testEvent = 'webhook.test';

export type JobEventName = (typeof jobEvents)[number];
export type WorkflowEventName = (typeof workflowEvents)[number];
export type WebhookEventName = JobEventName | WorkflowEventName | typeof testEvent;

const target = <const Events extends readonly [string, ...string[]]>(events: Events) =>
  z.strictObject({
    url: httpUrl.describe('Where the event is posted to'),
    events: z.array(z.enum(events)).min(1).max(events.length).optional().describe('Default: all'),
  });

/** Where the end of one job is told. */
export const jobWebhook = target(jobEvents).meta({ id: 'JobWebhook' });

/** Where the end of one workflow is told. */
export const workflowWebhook = target(workflowEvents).meta({ id: 'WorkflowWebhook' });

export type WebhookTarget = { url: string; events?: readonly string[] | undefined };
