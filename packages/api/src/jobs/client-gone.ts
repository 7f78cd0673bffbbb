import type { FastifyReply } from 'fastify';

/** Aborts when the connection closes: the client has gone, or its answer is complete. */
export const whenGone = (reply: FastifyReply): AbortSignal => {
  const gone = new AbortController();
  if (reply.raw.destroyed) gone.abort();
  else reply.raw.once('close', () => gone.abort());
  return gone.signal;
};
