import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';

/** RFC 5321, 4.5.3.1.3. */
const address = z.email().max(254);

const addresses = z.union(
  [address, z.array(address).min(1).max(50)],
  'expected an e-mail address, or 1 to 50 of them',
);

const emailMessage = z.strictObject({
  to: addresses,
  // A line of a header: the end of it would begin another one.
  subject: z
    .string()
    .max(998)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'expected one line without control characters'),
  text: z
    .union([
      z.string(),
      z
        .array(z.string())
        .max(1_000)
        .transform((lines) => lines.join('\n'))
        .pipe(z.string()),
    ])
    .describe('One text, or its lines'),
  html: z.string().optional().describe('Shown instead of `text` where the reader can'),
  cc: addresses.optional(),
  bcc: addresses.optional(),
  replyTo: address.optional(),
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
    rejected: z
      .array(z.string())
      .describe('Recipients that the server refused while it took others'),
  }),
  retry: { attempts: 5, backoff: { kind: 'exponential', delay: '1s', max: '10m', jitter: 0.5 } },
  timeout: '30s',
  run: ({ payload, services, key, signal }) => services.mailer.send(payload, { key, signal }),
});
