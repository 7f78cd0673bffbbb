import type { WebhookSecret } from '../../../webhooks.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { printableLine } from '../../output/printable.ts';
import type { Session } from '../../session.ts';

const say = ({ out, json }: Session, secret: WebhookSecret): ExitCode => {
  if (json) out.document(secret);
  else {
    out.line(printableLine(secret.secret));
    for (const { expiresAt } of secret.previous) {
      out.note(`An earlier secret is in use until ${printableLine(expiresAt)}.`);
    }
  }
  return exitCode.ok;
};

export const showSecret = async (session: Session): Promise<ExitCode> =>
  say(session, await session.client.webhooks.secret());

export const rotateSecret = async (
  session: Session,
  { overlap }: { overlap?: string },
): Promise<ExitCode> => say(session, await session.client.webhooks.rotateSecret({ overlap }));
