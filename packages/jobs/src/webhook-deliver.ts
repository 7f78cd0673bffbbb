import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';
import { webhookPayload } from './webhooks/payload.ts';

/**
 * Added by the end of a job or workflow, a replay or a test, never by a client. Its attempts span three
 * days: 16 waits of 5 s, 10 s, … 24 h.
 */
export const webhookDeliver = defineJob({
  type: 'webhook.deliver',
  queue: 'webhooks',
  summary: 'Post an event to a webhook endpoint.',
  payload: webhookPayload,
  result: z.strictObject({ status: z.int() }),
  retry: { attempts: 17, backoff: { delay: '5s', max: '24h', jitter: 0.1 } },
  // An attempt is ended by a timeout of its own, which is recorded; this one is a last resort.
  timeout: '1m',
  retention: '7d',
  run: ({ payload, services, tenant, id, signal, since, trace }) =>
    services.webhooks.deliver(payload, { tenant, id, signal, since, trace }),
});
