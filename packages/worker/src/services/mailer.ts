import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mailer } from '@drover/jobs/definition/services';
import type { EmailMessage } from '@drover/jobs/email-send';
import { createTransport } from 'nodemailer';
import { mailFailure } from './mail-failure.ts';

/** Connections to the mail server that are kept open, and messages sent over one of them. */
const pool = { pool: true, maxConnections: 5, maxMessages: 100 } as const;

/** How long the server may take to answer each step, in milliseconds. */
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

export interface ClosableMailer extends Mailer {
  close(): void;
}

/** The message with its sender and an id that stays the same over retries. */
const compose = (message: EmailMessage, from: string, key: string) => {
  const domain = /@([^\s@>]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  return {
    ...message,
    from,
    messageId: `<${key}@${domain}>`,
    // Handlers' input must never make the server read its own files or fetch addresses.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
};

const addressesOf = (list: readonly unknown[] | undefined): string[] => (list ?? []).map(String);

/**
 * A password is never sent in the clear: with one, the server must offer STARTTLS, unless it is on this
 * machine or SMTP_URL says `?requireTLS=false`.
 */
const tlsFor = (url: string): { requireTLS: boolean } => {
  const { username, hostname } = new URL(url);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return { requireTLS: username !== '' && !isLocal };
};

/** Sends through an SMTP server. */
export const smtpMailer = (url: string, from: string): ClosableMailer => {
  const transport = createTransport({ ...pool, ...timeouts, ...tlsFor(url), url });
  return {
    send: async (message, { key, signal }) => {
      try {
        const sent = await transport.sendMail({ ...compose(message, from, key), signal });
        return {
          messageId: sent.messageId,
          accepted: addressesOf(sent.accepted),
          rejected: addressesOf(sent.rejected),
        };
      } catch (err) {
        throw mailFailure(err, signal);
      }
    },
    close: () => transport.close(),
  };
};

/** Writes each message as `<folder>/<job id>.eml`, complete or not at all; a retry replaces it. */
export const fileMailer = (folder: string, from: string): ClosableMailer => {
  const transport = createTransport({ streamTransport: true, buffer: true });
  return {
    send: async (message, { key }) => {
      const sent = await transport.sendMail(compose(message, from, key));
      const unfinished = join(folder, `.${randomUUID()}`);
      await mkdir(folder, { recursive: true });
      await writeFile(unfinished, sent.message as Buffer, { flush: true });
      await rename(unfinished, join(folder, `${key}.eml`));
      return {
        messageId: sent.messageId,
        accepted: addressesOf(sent.envelope.to as string[]),
        rejected: [],
      };
    },
    close: () => transport.close(),
  };
};
