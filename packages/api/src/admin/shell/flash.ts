import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Operator } from '../../auth/admin-pages.ts';

/** What became of a write, told on the page that follows it. */
export interface Flash {
  readonly tone: 'done' | 'problem';
  readonly text: string;
}

const cookie = 'drover-flash';

/** A cookie may have 4 kB; UTF-8 and Base64 make at most four bytes of a character. */
const maxLength = 600;

const set = (reply: FastifyReply, value: string, maxAgeSeconds: number) =>
  reply.header(
    'set-cookie',
    `${cookie}=${value}; Path=/admin; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict`,
  );

/** Keeps a message for the next page. It is sealed, so that no link or neighbour can make one up. */
export const keepFlash = (reply: FastifyReply, operator: Operator, flash: Flash): void => {
  const text = JSON.stringify([flash.tone, flash.text.slice(0, maxLength)]);
  const value = Buffer.from(text).toString('base64url');
  set(reply, `${value}.${operator.seal(`flash\0${value}`)}`, 60);
};

/** The message for this page, which is told once. */
export const takeFlash = (
  request: FastifyRequest,
  reply: FastifyReply,
  operator: Operator,
): Flash | undefined => {
  const pattern = new RegExp(`(?:^|;\\s*)${cookie}=([\\w-]+)\\.([\\w-]+)`);
  const [, value, seal] = pattern.exec(request.headers.cookie ?? '') ?? [];
  if (value === undefined) return undefined;
  set(reply, '', 0);
  if (seal !== operator.seal(`flash\0${value}`)) return undefined;
  const [tone, text] = JSON.parse(Buffer.from(value, 'base64url').toString()) as [
    Flash['tone'],
    string,
  ];
  return { tone, text };
};
