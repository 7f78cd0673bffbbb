import type { IncomingMessage } from 'node:http';
import type { Log } from '@drover/shared/log';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import { answerClientError } from '../errors/client-errors.ts';
import { frameworkError } from '../errors/problem-handler.ts';
import { nodeOptions } from './node-options.ts';

/** Largest body taken, in bytes. */
const bodyLimit = 1_048_576;

/** How long a client may take to send a whole request, in milliseconds. */
const requestTimeout = 30_000;

/** Longer than the idle timeout of usual load balancers (60 s), so that they close first. */
const keepAliveTimeout = 72_000;

/** A server without routes: its limits, and whom it believes. */
export const newServer = (options: {
  log: Log;
  /** Proxies whose word on the client's address is taken. */
  trustedProxies: readonly string[];
  requestIdOf(request: IncomingMessage): string;
}): FastifyInstance =>
  fastify({
    // Fastify's type for a logger is wider than pino's; narrower here, it would spread to every route.
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    // A logger of its own for each request would cost more than the request: lines name it themselves.
    childLoggerFactory: (log) => log,
    genReqId: options.requestIdOf,
    bodyLimit,
    requestTimeout,
    keepAliveTimeout,
    trustProxy: options.trustedProxies.length > 0 && [...options.trustedProxies],
    routerOptions: { maxParamLength: 200 },
    http: nodeOptions(requestTimeout),
    frameworkErrors: frameworkError,
    clientErrorHandler: answerClientError,
    // What arrives while the server stops is still answered; the listener is closed already.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  });
