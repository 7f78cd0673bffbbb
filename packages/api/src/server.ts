import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Catalog } from '@drover/jobs/catalog';
import type { ArtifactStore } from '@drover/shared/artifacts/store';
import type { ProbeChecks } from '@drover/shared/health/probes';
import type { Log } from '@drover/shared/log';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import { bullBoard } from './admin/bull-board.ts';
import { artifactRoutes } from './artifacts/routes.ts';
import { requireAdmin } from './auth/admin-pages.ts';
import { requireKey } from './auth/bearer.ts';
import type { KeyRing } from './auth/key-ring.ts';
import { answerClientError } from './errors/client-errors.ts';
import { answerWithProblems, frameworkError } from './errors/problem-handler.ts';
import { healthRoutes } from './health/routes.ts';
import { jobTypeRoutes } from './job-types/routes.ts';
import { jobRoutes } from './jobs/routes.ts';
import type { JobStore } from './jobs/store.ts';

/** Largest body taken, in bytes. */
export const bodyLimit = 1_048_576;

/** How long a client may take to send a whole request, in milliseconds. */
const requestTimeout = 30_000;

/** Longer than the idle timeout of usual load balancers (60 s), so that they close first. */
const keepAliveTimeout = 72_000;

export interface ServerParts {
  catalog: Catalog;
  store: JobStore;
  artifacts: ArtifactStore;
  queues: QueueSet;
  partitions: number;
  keys: KeyRing;
  checks: ProbeChecks;
  log: Log;
}

/** The caller's request id where it is harmless in a log, else a new one. */
const requestId = (request: IncomingMessage): string => {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
};

/** Names the request in its answer and writes one line for it when it is over. */
const logRequests = (app: FastifyInstance) => {
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async ({ method, routeOptions, log }, { statusCode, elapsedTime }) => {
    const level = statusCode >= 500 ? 'warn' : 'debug';
    log[level](
      { method, route: routeOptions.url, statusCode, ms: Math.round(elapsedTime) },
      'request',
    );
  });
};

/**
 * The HTTP server, put together. Three scopes, each with its own guard: probes are open, the API
 * takes keys, the admin pages take Basic authentication.
 */
export const buildServer = async (parts: ServerParts): Promise<FastifyInstance> => {
  const app = fastify({
    // Fastify's type for a logger is wider than pino's; narrower here, it would spread to every route.
    loggerInstance: parts.log as FastifyBaseLogger,
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    genReqId: requestId,
    bodyLimit,
    requestTimeout,
    keepAliveTimeout,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: frameworkError,
    clientErrorHandler: answerClientError,
    // What arrives while the server stops is still answered; the listener is closed already.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  });
  // JSON is the only language spoken here; Fastify would also take plain text.
  app.removeContentTypeParser('text/plain');
  logRequests(app);
  answerWithProblems(app);

  await app.register(async (scope) => healthRoutes(scope, parts.checks));
  await app.register(async (scope) => {
    requireKey(scope, parts.keys);
    jobRoutes(scope, parts);
    artifactRoutes(scope, parts);
    jobTypeRoutes(scope, parts.catalog);
  });
  await app.register(async (scope) => {
    await requireAdmin(scope, parts.keys);
    await bullBoard(scope, parts);
  });
  return app;
};
