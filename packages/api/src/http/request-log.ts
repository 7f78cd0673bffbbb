import type { Log } from '@drover/shared/log';
import type { FastifyInstance } from 'fastify';

/** Writes one line for each request when it is over. */
export const logRequests = (app: FastifyInstance, log: Log): void => {
  app.addHook('onResponse', (request, { statusCode, elapsedTime }, done) => {
    const level = statusCode >= 500 ? 'warn' : 'debug';
    if (log.isLevelEnabled(level)) {
      const { id, method, routeOptions } = request;
      const ms = Math.round(elapsedTime);
      log[level]({ requestId: id, method, route: routeOptions.url, statusCode, ms }, 'request');
    }
    done();
  });
};
