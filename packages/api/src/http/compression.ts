import compress from '@fastify/compress';
import type { FastifyInstance, onSendHookHandler } from 'fastify';

/** Answers smaller than this many bytes are sent as they are. */
const threshold = 1_024;

/** Encoded bytes are not those that a strong tag stands for, but they mean the same. */
const weakenTag: onSendHookHandler = (_request, reply, _payload, done) => {
  const tag = reply.hasHeader('content-encoding') ? reply.getHeader('etag') : undefined;
  if (typeof tag === 'string' && !tag.startsWith('W/')) reply.header('etag', `W/${tag}`);
  done();
};

/**
 * Compresses the answers of all routes registered from here on with the best encoding that the client
 * takes. Streams of events must not wait in an encoder: their routes say `compress: false`. Bodies of
 * requests are not decompressed.
 */
export const compressAnswers = async (app: FastifyInstance): Promise<void> => {
  await app.register(compress, {
    encodings: ['zstd', 'br', 'gzip'],
    threshold,
    globalDecompression: false,
  });
  app.addHook('onRoute', (route) => {
    route.onSend = [route.onSend ?? [], weakenTag].flat();
  });
};
