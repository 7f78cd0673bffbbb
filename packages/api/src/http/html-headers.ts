import type { FastifyInstance } from 'fastify';

/** Pages load nothing, run nothing and are framed by nobody, unless they say otherwise. */
const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

const isHtml = (type: unknown): boolean => typeof type === 'string' && type.startsWith('text/html');

/** Restricts what browsers do with HTML answers; headers that a route has set stand. */
export const restrictPages = (app: FastifyInstance): void => {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isHtml(reply.getHeader('content-type'))) {
      for (const [name, value] of Object.entries(pageHeaders)) {
        if (!reply.hasHeader(name)) reply.header(name, value);
      }
    }
    done();
  });
};
