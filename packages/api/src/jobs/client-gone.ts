import type { FastifyRequest } from 'fastify';

/** Aborts when the client closes the connection before it is answered. */
export const whenGone = (request: FastifyRequest): AbortSignal => {
  const gone = new AbortController();
  request.raw.once('close', () => gone.abort());
  return gone.signal;
};
