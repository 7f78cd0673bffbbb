import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Config } from '@drover/shared/config';
import { configurationPage, type Finding, fail, ok, warn } from './findings.ts';

const ports: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 };

/** How long a server may take to greet, in milliseconds. */
const greetingMs = 4_000;

/** What a mail server says first. No mail is sent, and no password. */
const greetingOf = async (url: URL): Promise<string> => {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const place = { host, port: Number(url.port || ports[url.protocol]) };
  const socket =
    url.protocol === 'smtps:' ? connectTls({ ...place, servername: host }) : connect(place);
  try {
    const signal = AbortSignal.timeout(greetingMs);
    const [data] = (await once(socket, 'data', { signal })) as [Buffer];
    socket.end('QUIT\r\n');
    return data.toString('latin1').split(/\r?\n/)[0]?.slice(0, 200) ?? '';
  } finally {
    socket.on('error', () => undefined);
    socket.destroySoon();
  }
};

const ofServer = async (text: string): Promise<Finding> => {
  const advice = 'Is SMTP_URL right, and may this machine reach it?';
  const remedy = { advice, see: configurationPage };
  const url = new URL(text);
  try {
    const greeting = await greetingOf(url);
    if (greeting.startsWith('220')) return ok(`${url.host} greets`);
    return fail(`${url.host} does not want to talk: ${greeting}`, remedy);
  } catch (err) {
    const { code, name } = err as NodeJS.ErrnoException;
    return fail(
      `${url.host} cannot be reached (${name === 'AbortError' ? 'no greeting' : (code ?? name)})`,
      remedy,
    );
  }
};

/** Whether e-mail gets out. */
export const lookAtMail = async ({ production, mail }: Config): Promise<readonly Finding[]> => {
  if (mail.smtpUrl !== undefined) {
    const findings = [await ofServer(mail.smtpUrl)];
    if (!production || !/@localhost>?$/.test(mail.from)) return findings;
    const advice = 'Set MAIL_FROM to an address that can be answered.';
    const from = warn(`e-mail is sent as ${mail.from}`, { advice, see: configurationPage });
    return [...findings, from];
  }
  if (!production) return [ok('e-mail is written to DATA_DIR/mail')];
  return [
    warn('SMTP_URL is not set: e-mail is written to DATA_DIR/mail, and reaches nobody', {
      advice: 'Set SMTP_URL, if jobs or the daily digest send e-mail.',
      see: configurationPage,
    }),
  ];
};
