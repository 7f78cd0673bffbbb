import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance } from 'fastify';

/**
 * Refuses HTTP/1.1 without a Host header (RFC 9112, 3.2). Node would do so by itself, but without a
 * body: it is told not to by `requireHostHeader: false`.
 */
export const requireHost = (app: FastifyInstance): void => {
  app.addHook('onRequest', ({ headers, raw }, _reply, done) => {
    if (headers.host === undefined && raw.httpVersion === '1.1') {
      done(new Problem('bad-request', 'Send the header Host.'));
    } else {
      done();
    }
  });
};
