import compress from '@fastify/compress';
import type { FastifyInstance, onSendHookHandler } from 'fastify';
import type { Operation } from '../openapi/operation.ts';

/** Answers smaller than this many bytes are sent as they are. */
const threshold = 1_024;

/** The plugin looks at the size of texts alone; a stream of known size can be as small. */
const leaveSmallStreams: onSendHookHandler = (request, reply, _payload, done) => {
  const length = reply.getHeader('content-length');
  if (length !== undefined && Number(length) < threshold) {
    request.headers['x-no-compression'] = '1';
  }
  done();
};

/** Encoded bytes are not those that a strong tag stands for, but they mean the same. */
const weakenTag: onSendHookHandler = (_request, reply, _payload, done) => {
  const tag = reply.hasHeader('content-encoding') ? reply.getHeader('etag') : undefined;
  if (typeof tag === 'string' && !tag.startsWith('W/')) reply.header('etag', `W/${tag}`);
  done();
};

/** Nothing is to be negotiated with a client that names no encoding. */
const ifAsked = (hook: onSendHookHandler): onSendHookHandler =>
  function (request, reply, payload, done) {
    if (request.headers['accept-encoding'] === undefined) done();
    else hook.call(this, request, reply, payload, done);
  };

const streamsEvents = (operation: Operation | undefined): boolean =>
  Object.values(operation?.answers ?? {}).some(
    ({ content }) => content?.['text/event-stream'] !== undefined,
  );

/**
 * Compresses the answers of all routes registered from here on with the best encoding that the client
 * takes; not those of routes whose operation streams events, which must not wait in an encoder.
 * Bodies of requests are not decompressed.
 */
export const compressAnswers = async (app: FastifyInstance): Promise<void> => {
  app.addHook('onRoute', (route) => {
    if (streamsEvents(route.config?.operation)) route.compress = false;
    route.onSend = [route.onSend ?? [], leaveSmallStreams].flat();
  });
  await app.register(compress, {
    encodings: ['zstd', 'br', 'gzip'],
    threshold,
    globalDecompression: false,
  });
  app.addHook('onRoute', (route) => {
    route.onSend = [route.onSend ?? [], weakenTag].flat().map(ifAsked);
  });
};
