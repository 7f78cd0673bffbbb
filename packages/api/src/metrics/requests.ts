import type { Metrics } from '@drover/shared/metrics/metrics';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { apiMetrics } from './definitions.ts';

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** A client can send any method that Node parses. */
const methodOf = ({ method }: FastifyRequest): string =>
  knownMethods.has(method) ? method : 'other';

/** The pattern of the route, never the path: clients choose that. */
const routeOf = ({ routeOptions }: FastifyRequest): string => routeOptions.url ?? 'unmatched';

const statusOf = ({ raw, statusCode }: FastifyReply): string =>
  raw.writableFinished ? `${Math.floor(statusCode / 100)}xx` : 'aborted';

/** Whether the answer took its time because the client asked for that. */
const isHeld = (reply: FastifyReply): boolean =>
  String(reply.getHeader('preference-applied') ?? '').startsWith('wait') ||
  String(reply.getHeader('content-type') ?? '').startsWith('text/event-stream');

/** Rate, errors and duration of requests. Labels are few: see `define-metric.ts`. */
export const measureRequests = (app: FastifyInstance, metrics: Metrics | undefined): void => {
  if (!metrics) return;
  const requests = metrics.counter(apiMetrics.requests);
  const duration = metrics.histogram(apiMetrics.duration);
  const problems = metrics.counter(apiMetrics.problems);
  const inFlight = metrics.gauge(apiMetrics.inFlight);
  let open = 0;
  metrics.onScrape({
    name: 'requests',
    sets: [inFlight],
    collect: () => inFlight.set(open),
  });

  const count = (request: FastifyRequest, reply: FastifyReply): void => {
    open -= 1;
    const method = methodOf(request);
    const route = routeOf(request);
    const status = statusOf(reply);
    requests.inc({ method, route, status });
    if (request.problemCode !== null) problems.inc({ code: request.problemCode });
    if (status !== 'aborted' && !isHeld(reply)) {
      duration.observe({ method, route }, reply.elapsedTime / 1_000);
    }
  };
  app.addHook('onRequest', (request, reply, done) => {
    open += 1;
    // Not Fastify's `onResponse`: there is none for a client that has left. It comes once.
    reply.raw.on('close', () => count(request, reply));
    done();
  });
};
