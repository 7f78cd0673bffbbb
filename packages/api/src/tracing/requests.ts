import { parseTraceContext, type TraceContext } from '@drover/shared/tracing/trace-context';
import type { Span, Tracer } from '@drover/shared/tracing/tracer';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** The request as a part of a trace, where traces are sent. */
    span: Span | null;
  }
}

/**
 * What is done on behalf of a request is a part of this: of the request's own span where traces are
 * sent, else of what the caller says; undefined when nobody traces it.
 */
export const traceOf = ({ span, headers }: FastifyRequest): TraceContext | undefined =>
  span?.context ?? (headers['traceparent'] === undefined ? undefined : parseTraceContext(headers));

/** Asked again and again by machines: nobody looks for these in a trace. */
const untraced = new Set(['/live', '/ready', '/health', '/metrics']);

const begin = (tracer: Tracer, request: FastifyRequest): Span => {
  const { method, id, headers, routeOptions } = request;
  const route = routeOptions.url;
  return tracer.start({
    name: route === undefined ? method : `${method} ${route}`,
    kind: 'server',
    parent: parseTraceContext(headers),
    attributes: {
      'http.request.method': method,
      'http.route': route,
      'url.path': request.url.split('?', 1)[0],
      'drover.request.id': id,
    },
  });
};

const end = (span: Span, { caller, problemCode }: FastifyRequest, reply: FastifyReply) => {
  const { statusCode } = reply;
  span.end({
    error: statusCode >= 500 ? (problemCode ?? `status ${statusCode}`) : undefined,
    attributes: {
      'http.response.status_code': statusCode,
      'drover.tenant': caller?.tenant,
      'error.type': problemCode ?? undefined,
    },
  });
};

/** Makes a span of every request, but for those of probes. Without a tracer nothing is done. */
export const traceRequests = (app: FastifyInstance, tracer: Tracer | undefined): void => {
  app.decorateRequest('span', null);
  if (!tracer) return;
  app.addHook('onRequest', (request, reply, done) => {
    if (!untraced.has(request.routeOptions.url ?? '')) {
      const span = begin(tracer, request);
      request.span = span;
      // Not Fastify's `onResponse`: there is none for a client that has left.
      reply.raw.once('close', () => end(span, request, reply));
    }
    done();
  });
};
