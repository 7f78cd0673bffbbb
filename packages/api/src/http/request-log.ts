import type { FastifyInstance } from 'fastify';

/** Writes one line for each request when it is over. */
export const logRequests = (app: FastifyInstance): void => {
  app.addHook('onResponse', (request, { statusCode, elapsedTime }, done) => {
    const { method, routeOptions, log } = request;
    const level = statusCode >= 500 ? 'warn' : 'debug';
    log[level](
      { method, route: routeOptions.url, statusCode, ms: Math.round(elapsedTime) },
      'request',
    );
    done();
  });
};
