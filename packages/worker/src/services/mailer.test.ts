import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { type ClosableMailer, fileMailer, smtpMailer } from './mailer.ts';

const message = { to: 'ada@example.com', subject: 'Grüße ✓', text: 'Hello\n.\nworld' };
const options = { key: 'mail.0.01k3', signal: new AbortController().signal };
const from = 'Drover <drover@example.com>';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A real SMTP server; resolves when it listens. */
const startSmtp = async (
  behaviour: Partial<SMTPServerOptions> = {},
): Promise<ClosableMailer & { received: string[] }> => {
  const received: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      void text(stream).then((mail) => {
        received.push(mail);
        done();
      });
    },
    ...behaviour,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const mailer = smtpMailer(`smtp://127.0.0.1:${port}`, from);
  closing.push(
    () => mailer.close(),
    () => server.close(),
  );
  return { ...mailer, received };
};

const answering = (responseCode: number) => (_: unknown, __: unknown, done: (err: Error) => void) =>
  done(Object.assign(new Error('no'), { responseCode }));

describe('by SMTP', () => {
  test('a message arrives whole, with a Message-ID that stays the same over retries', async () => {
    const { send, received } = await startSmtp();
    const first = await send({ ...message, cc: ['b@example.com'], bcc: 'c@example.com' }, options);
    expect(first).toEqual({
      messageId: '<mail.0.01k3@example.com>',
      accepted: ['ada@example.com', 'b@example.com', 'c@example.com'],
      rejected: [],
    });
    expect((await send(message, options)).messageId).toBe(first.messageId);
    const [mail = ''] = received;
    expect(mail).toMatch(/^From: Drover <drover@example\.com>\r$/m);
    expect(mail).toMatch(/^To: ada@example\.com\r$/m);
    expect(mail).toContain('Hello');
    expect(mail).not.toContain('c@example.com');
  });

  test('a refused recipient is final', async () => {
    const { send } = await startSmtp({ onRcptTo: answering(550) });
    await expect(send(message, options)).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'mail-rejected',
    });
  });

  test('a server that says "later" is worth a retry', async () => {
    const { send } = await startSmtp({ onRcptTo: answering(451) });
    await expect(send(message, options)).rejects.not.toMatchObject({ name: 'PermanentError' });
  });

  test('so is a server that is not there', async () => {
    const mailer = smtpMailer('smtp://127.0.0.1:1', from);
    closing.push(() => mailer.close());
    await expect(mailer.send(message, options)).rejects.not.toMatchObject({
      name: 'PermanentError',
    });
  });

  test('a server that never answers is left when the signal aborts', async () => {
    const mute = createServer();
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    const mailer = smtpMailer(`smtp://127.0.0.1:${port}`, from);
    closing.push(
      () => mailer.close(),
      () => mute.close(),
    );
    const abort = new AbortController();
    mute.once('connection', () => abort.abort());
    await expect(mailer.send(message, { ...options, signal: abort.signal })).rejects.toThrow();
  });

  test('a subject cannot smuggle in headers', async () => {
    const { send, received } = await startSmtp();
    await send({ ...message, subject: 'Hi\r\nBcc: eve@example.com' }, options);
    expect(received[0]).not.toMatch(/^Bcc:/im);
  });
});

describe('as files', () => {
  test('each message is one complete .eml file; a retry replaces it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drover-mail-'));
    closing.push(() => void rm(folder, { recursive: true }));
    const mailer = fileMailer(join(folder, 'mail'), from);
    await mailer.send(message, options);
    const sent = await mailer.send({ ...message, text: 'Second' }, options);
    expect(sent).toMatchObject({ accepted: ['ada@example.com'], rejected: [] });
    expect(await readdir(join(folder, 'mail'))).toEqual(['mail.0.01k3.eml']);
    const mail = await readFile(join(folder, 'mail', 'mail.0.01k3.eml'), 'utf8');
    expect(mail).toContain('Message-ID: <mail.0.01k3@example.com>');
    expect(mail).toContain('Second');
  });
});
