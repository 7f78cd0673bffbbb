import { z } from 'zod';
import { webhookEvent } from '../contract/webhook.ts';
import { httpUrl } from '../fields/http-url.ts';

/** What a delivery posts, and where. */
export const webhookPayload = z.strictObject({
  webhookId: z.string(),
  endpoint: z.string().optional().describe('Id of a registered endpoint'),
  url: httpUrl.optional().describe('Of one that is not registered'),
  source: z.string().optional().describe('Id of the job or workflow that it tells of'),
  replayOf: z.string().optional().describe('Id of the delivery that it repeats'),
  isTest: z.boolean().optional().describe('A disabled endpoint takes it, too'),
  body: webhookEvent,
});

export type WebhookPayload = z.output<typeof webhookPayload>;
