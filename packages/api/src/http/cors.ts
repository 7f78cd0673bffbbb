import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** What a client may send; everything else of a preflight is refused by the browser. */
const requestHeaders = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-none-match',
  'last-event-id',
  'prefer',
  'traceparent',
  'tracestate',
  'x-request-id',
];

/** What scripts may read of an answer beside its body. */
const answerHeaders = [
  'deduplicated',
  'etag',
  'idempotency-replayed',
  'location',
  'preference-applied',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-request-id',
];

/** How long a browser may remember a preflight, in seconds. */
const preflightMaxAge = 600;

/**
 * Lets pages of other origins call the routes of a scope; with no origins, no header is sent and
 * browsers refuse them. Credentials that browsers send by themselves are never allowed: callers bring
 * a key.
 */
export const allowOrigins = async (
  scope: FastifyInstance,
  origins: readonly string[],
): Promise<void> => {
  if (origins.length === 0) return;
  await scope.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: requestHeaders,
    exposedHeaders: answerHeaders,
    maxAge: preflightMaxAge,
    strictPreflight: false,
  });
};
