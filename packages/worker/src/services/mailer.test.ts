import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
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

interface RunningSmtp extends ClosableMailer {
  received: string[];
  port: number;
  server: Server;
}

/** A real SMTP server; resolves when it listens. */
const startSmtp = async (
  behaviour: Partial<SMTPServerOptions> & { host?: 'all' } = {},
): Promise<RunningSmtp> => {
  const received: string[] = [];
  const { host, ...more } = behaviour;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onData: (stream, _session, done) => {
      void text(stream).then((mail) => {
        received.push(mail);
        done();
      });
    },
    ...more,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) =>
    server.listen(0, host === 'all' ? '0.0.0.0' : '127.0.0.1', resolve),
  );
  const { port } = server.server.address() as AddressInfo;
  const mailer = smtpMailer(`smtp://127.0.0.1:${port}`, from);
  closing.push(
    () => mailer.close(),
    () => server.close(),
  );
  return { ...mailer, received, port, server: server.server };
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

  test('text and html are alternatives, and answers go where they should', async () => {
    const { send, received } = await startSmtp();
    await send({ ...message, html: '<p>Hallo</p>', replyTo: 'help@example.com' }, options);
    expect(received[0]).toMatch(/^Reply-To: help@example\.com\r$/m);
    expect(received[0]).toMatch(/multipart\/alternative[\s\S]*text\/plain[\s\S]*text\/html/);
    expect(received[0]).toContain('<p>Hallo</p>');
  });

  test('recipients that are refused while others are taken are told', async () => {
    const { send, received } = await startSmtp({
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('no') ? answering(550)(0, 0, done as never) : done(),
    });
    const sent = await send({ ...message, to: ['ada@example.com', 'no@example.com'] }, options);
    expect(sent).toMatchObject({ accepted: ['ada@example.com'], rejected: ['no@example.com'] });
    expect(received).toHaveLength(1);
  });

  test('one recipient that may be taken later is worth a retry, whatever the others', async () => {
    const { send } = await startSmtp({
      onRcptTo: ({ address }, _session, done) =>
        answering(address.startsWith('later') ? 451 : 550)(0, 0, done as never),
    });
    for (const to of [
      ['later@example.com', 'no@example.com'],
      ['no@example.com', 'later@example.com'],
    ]) {
      await expect(send({ ...message, to }, options)).rejects.not.toMatchObject({
        name: 'PermanentError',
      });
    }
  });

  test('a server that wants a login first is no fault of the message', async () => {
    const { send } = await startSmtp({ onMailFrom: answering(530) });
    await expect(send(message, options)).rejects.toThrow('the mail server answered');
    await expect(send(message, options)).rejects.not.toMatchObject({ name: 'PermanentError' });
  });

  test('many messages share a few connections', async () => {
    let connections = 0;
    const { send, received } = await startSmtp({
      onConnect: (_session, done) => {
        connections += 1;
        done();
      },
    });
    const keys = Array.from({ length: 40 }, (_, n) => `mail.0.${n}`);
    await Promise.all(keys.map((key) => send(message, { ...options, key })));
    expect(received).toHaveLength(40);
    expect(connections).toBeLessThanOrEqual(5);
  });

  test('a connection that the server has closed meanwhile is replaced', async () => {
    const open = new Set<{ end(): void }>();
    const { send, server } = await startSmtp();
    server.on('connection', (socket) => open.add(socket));
    await send(message, options);
    const closed = Promise.all([...open].map((socket) => once(socket as never, 'close')));
    for (const socket of open) socket.end();
    await closed;
    await expect(send(message, options)).resolves.toMatchObject({ accepted: ['ada@example.com'] });
  });
});

describe('the connection', () => {
  const failureOf = async (url: string) => {
    const mailer = smtpMailer(url, from);
    closing.push(() => mailer.close());
    return mailer.send(message, options).catch((err: unknown) => err);
  };

  test('a server that is not there is named by its code, without its address', async () => {
    const failure = await failureOf('smtp://127.0.0.1:1');
    expect(String(failure)).toBe('Error: the mail server cannot be reached (ECONNREFUSED)');
  });

  test('a certificate that nobody vouches for is said to be the fault', async () => {
    const { port } = await startSmtp({ secure: true });
    expect(String(await failureOf(`smtps://127.0.0.1:${port}`))).toMatch(
      /the mail server's TLS was not accepted: .*certificate/,
    );
  });

  test('a login that is refused is no fault of the message, and its password is not shown', async () => {
    const { port } = await startSmtp({
      authMethods: ['PLAIN'],
      onAuth: (_auth, _session, done) =>
        done(Object.assign(new Error('bad password'), { responseCode: 535 })),
    });
    const failure = await failureOf(`smtp://ada:s3cret@127.0.0.1:${port}`);
    expect(failure).not.toMatchObject({ name: 'PermanentError' });
    expect(String(failure)).toBe('Error: the mail server refused the login of SMTP_URL (535)');
  });

  test('a password is not sent to a server without TLS, unless SMTP_URL says so', async () => {
    const passwords: unknown[] = [];
    const { port } = await startSmtp({
      host: 'all',
      onAuth: ({ password }, _session, done) => {
        passwords.push(password);
        done(null, { user: 'ada' });
      },
    });
    // A second address of this machine, which is not known for one.
    const url = `smtp://ada:s3cret@127.0.0.2:${port}`;
    expect(String(await failureOf(url))).toContain('TLS was not accepted');
    expect(passwords).toEqual([]);
    await expect(failureOf(`${url}/?requireTLS=false`)).resolves.toMatchObject({ rejected: [] });
    expect(passwords).toEqual(['s3cret']);
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
