import type { Log } from '@drover/shared/log';
import { traceField } from '@drover/shared/tracing/trace-context';
import type { FastifyInstance } from 'fastify';
import { traceOf } from '../tracing/requests.ts';

/** Writes one line for each request when it is over. */
export const logRequests = (app: FastifyInstance, log: Log): void => {
  app.addHook('onResponse', (request, { statusCode, elapsedTime }, done) => {
    const level = statusCode >= 500 ? 'warn' : 'debug';
    if (log.isLevelEnabled(level)) {
      const { id, method, routeOptions } = request;
      const ms = Math.round(elapsedTime);
      const trace = traceField(traceOf(request));
      const fields = { requestId: id, method, route: routeOptions.url, statusCode, ms, ...trace };
      log[level](fields, 'request');
    }
    done();
  });
};
