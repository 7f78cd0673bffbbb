import type { Catalog } from '@drover/jobs/catalog';
import type { LimitsByQueue } from '@drover/jobs/operations/configured-limits';
import type { ArtifactStore } from '@drover/shared/artifacts/store';
import type { Caches } from '@drover/shared/cache/cache';
import type { ProbeChecks } from '@drover/shared/health/probes';
import type { Log } from '@drover/shared/log';
import type { Metrics } from '@drover/shared/metrics/metrics';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Tracer } from '@drover/shared/tracing/tracer';
import type { FastifyInstance } from 'fastify';
import { bullBoard } from './admin/bull-board/routes.ts';
import { adminPages } from './admin/routes.ts';
import { artifactRoutes } from './artifacts/routes.ts';
import { type Auditor, createAuditor } from './audit/auditor.ts';
import { auditRoutes } from './audit/routes.ts';
import { auditOperations } from './audit/writes.ts';
import { requireAdmin } from './auth/admin-pages.ts';
import { requireKey } from './auth/bearer.ts';
import type { KeyRing } from './auth/key-ring.ts';
import { cacheRoutes } from './cache/routes.ts';
import { deadLetterRoutes } from './dead-letters/routes.ts';
import { referenceRoutes } from './docs/routes.ts';
import { refuseExpectations } from './errors/client-errors.ts';
import { answerWithProblems } from './errors/problem-handler.ts';
import type { Watches } from './following/watches.ts';
import { healthRoutes } from './health/routes.ts';
import type { JobHistory } from './history/job-history.ts';
import { collectAllowedMethods } from './http/allowed-methods.ts';
import { labelAnswers } from './http/answer-headers.ts';
import { answerConditionally } from './http/caching.ts';
import { compressAnswers } from './http/compression.ts';
import { allowOrigins } from './http/cors.ts';
import { requireHost } from './http/host-header.ts';
import { restrictPages } from './http/html-headers.ts';
import { takeJsonOnly } from './http/json-body.ts';
import { newServer } from './http/new-server.ts';
import { shedLoad } from './http/overload.ts';
import { requestIdOf } from './http/request-id.ts';
import { logRequests } from './http/request-log.ts';
import { jobTypeRoutes } from './job-types/routes.ts';
import { jobRoutes } from './jobs/routes.ts';
import type { JobStore } from './jobs/store.ts';
import { measureRequests } from './metrics/requests.ts';
import { metricsRoute } from './metrics/routes.ts';
import type { DescribedRoute } from './openapi/path-items.ts';
import { collectOperations, requireOperations } from './openapi/registry.ts';
import { openApiRoutes } from './openapi/routes.ts';
import { problemRoutes } from './problems/routes.ts';
import { queueRoutes } from './queues/routes.ts';
import { scheduleRoutes } from './schedules/routes.ts';
import type { ScheduleStore } from './schedules/store.ts';
import { statsRoutes } from './stats/routes.ts';
import { tellAllowance } from './throttling/rate-limit-headers.ts';
import type { Throttle } from './throttling/throttle.ts';
import { traceRequests } from './tracing/requests.ts';
import { type ViewRouteParts, viewRoutes } from './views/routes.ts';
import type { WebhookRouteParts } from './webhooks/parts.ts';
import { webhookRoutes } from './webhooks/routes.ts';
import { workerRoutes } from './workers/routes.ts';
import { type WorkflowRouteParts, workflowRoutes } from './workflows/routes.ts';

export interface ServerParts
  extends Pick<WorkflowRouteParts, 'workflows' | 'workflowWatches'>,
    Pick<WebhookRouteParts, 'directory' | 'webhooks' | 'secretOverlapMs'>,
    Pick<ViewRouteParts, 'views' | 'pool' | 'renewal'> {
  catalog: Catalog;
  store: JobStore;
  /** The jobs that Postgres remembers. */
  history: JobHistory;
  schedules: ScheduleStore;
  watches: Watches;
  throttle: Throttle;
  artifacts: ArtifactStore;
  queues: QueueSet;
  caches: Caches;
  partitions: number;
  /** What is configured of the queues. */
  queueLimits: LimitsByQueue;
  keys: KeyRing;
  /** Origins whose pages may call the API from a browser. */
  corsOrigins: readonly string[];
  /** Proxies whose word on the client's address is taken. */
  trustedProxies: readonly string[];
  checks: ProbeChecks;
  /** Undefined: nothing is measured. */
  metrics: Metrics | undefined;
  /** What must be sent to read the metrics; undefined: nothing. */
  metricsToken: string | undefined;
  /** Undefined: no traces are sent. */
  tracer: Tracer | undefined;
  log: Log;
}

/** What the API tells about itself, to people and to programs. */
const documentScope = async (
  scope: FastifyInstance,
  parts: { routes: readonly DescribedRoute[]; catalog: Catalog },
) => {
  answerConditionally(scope, { cacheControl: 'public, max-age=300' });
  openApiRoutes(scope, parts);
  referenceRoutes(scope);
  await problemRoutes(scope);
};

/** The API itself: every route needs a key. */
const apiScope = async (scope: FastifyInstance, parts: ServerParts, auditor: Auditor) => {
  await shedLoad(scope);
  requireKey(scope, parts.keys);
  requireOperations(scope);
  auditOperations(scope, auditor);
  tellAllowance(scope, parts.throttle);
  answerConditionally(scope);
  jobRoutes(scope, parts);
  workflowRoutes(scope, parts);
  scheduleRoutes(scope, parts);
  viewRoutes(scope, parts);
  statsRoutes(scope, parts);
  webhookRoutes(scope, parts);
  artifactRoutes(scope, parts);
  deadLetterRoutes(scope, parts);
  jobTypeRoutes(scope, parts.catalog);
  queueRoutes(scope, parts);
  cacheRoutes(scope, parts);
  workerRoutes(scope, parts);
  auditRoutes(scope, parts);
};

/**
 * The HTTP server, put together. Each scope has its own guard: probes and documents are open,
 * the API takes keys, the admin pages take Basic authentication.
 */
export const buildServer = async (parts: ServerParts): Promise<FastifyInstance> => {
  const app = newServer({ ...parts, requestIdOf });
  refuseExpectations(app.server);
  takeJsonOnly(app);
  measureRequests(app, parts.metrics);
  traceRequests(app, parts.tracer);
  logRequests(app, parts.log);
  labelAnswers(app);
  restrictPages(app);
  await compressAnswers(app);
  answerWithProblems(app, collectAllowedMethods(app));
  const routes = collectOperations(app);
  const auditor = createAuditor(parts.queues, parts.log);
  requireHost(app);
  // Those who wait are answered with what there is, so that the server need not wait for them.
  app.addHook('preClose', async () => {
    parts.watches.release();
    parts.workflowWatches.release();
  });

  await app.register(async (scope) => {
    healthRoutes(scope, parts.checks);
    metricsRoute(scope, { metrics: parts.metrics, token: parts.metricsToken });
  });
  await app.register(async (open) => {
    await allowOrigins(open, parts.corsOrigins);
    await open.register((scope) => documentScope(scope, { routes, catalog: parts.catalog }));
    await open.register((scope) => apiScope(scope, parts, auditor));
  });
  await app.register(async (scope) => {
    await requireAdmin(scope, parts.keys);
    await scope.register((board) => bullBoard(board, { ...parts, auditor }));
    await scope.register((pages) => adminPages(pages, { ...parts, auditor }), { prefix: '/admin' });
  });
  return app;
};
