import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';

const addresses = z.union([z.email(), z.array(z.email()).min(1).max(50)]);

const emailMessage = z.strictObject({
  to: addresses,
  subject: z.string().max(998),
  text: z.string(),
  html: z.string().optional(),
  cc: addresses.optional(),
  bcc: addresses.optional(),
  replyTo: z.email().optional(),
});

export type EmailMessage = z.output<typeof emailMessage>;

export const emailSend = defineJob({
  type: 'email.send',
  queue: 'mail',
  summary: 'Send one e-mail through SMTP.',
  payload: emailMessage,
  result: z.strictObject({
    messageId: z.string(),
    accepted: z.array(z.string()),
    rejected: z.array(z.string()),
  }),
  retry: { attempts: 5, backoff: { kind: 'exponential', delay: '1s', max: '10m', jitter: 0.5 } },
  timeout: '30s',
  run: ({ payload, services, key, signal }) => services.mailer.send(payload, { key, signal }),
});
