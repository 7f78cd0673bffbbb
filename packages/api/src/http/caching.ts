import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { entityTagOf, isKnown } from './entity-tag.ts';

const isRead = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD';

const isText = (payload: unknown): payload is string | Buffer =>
  typeof payload === 'string' || Buffer.isBuffer(payload);

/** The tag that the route gave the answer, or else one of its text. */
const tagFor = (reply: FastifyReply, payload: unknown): string | undefined => {
  const given = reply.getHeader('etag');
  if (given !== undefined) return String(given);
  if (!isText(payload)) return undefined;
  const tag = entityTagOf(payload);
  reply.header('etag', tag);
  return tag;
};

/**
 * Lets clients and their caches ask whether a text that they have is still true: every successful GET
 * has an ETag, and is 304 for who knows it. What a route says in Cache-Control stands; else `cacheControl`
 * holds for what has a tag, and nothing else is kept at all.
 */
export const answerConditionally = (
  scope: FastifyInstance,
  { cacheControl = 'private, no-cache' }: { cacheControl?: string } = {},
): void => {
  scope.addHook('onSend', (request, reply, payload, done) => {
    const tag = reply.statusCode === 200 && isRead(request) ? tagFor(reply, payload) : undefined;
    if (!reply.hasHeader('cache-control')) {
      reply.header('cache-control', tag === undefined ? 'no-store' : cacheControl);
    }
    // A stream is not ended here: routes that send one compare its tag before they open it.
    if (tag === undefined || !isText(payload) || !isKnown(request.headers['if-none-match'], tag)) {
      done();
      return;
    }
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    // Fastify's own hook for HEAD measures the payload.
    done(null, request.method === 'HEAD' ? '' : null);
  });
};
