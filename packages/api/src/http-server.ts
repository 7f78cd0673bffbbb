import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenError } from '@drover/shared/http/listen-error';
import type { Deadline } from '@drover/shared/lifecycle/deadline';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { FastifyInstance } from 'fastify';

/** How often connections that have fallen idle are closed while the server stops, in milliseconds. */
const sweepMs = 50;

/**
 * To Node a connection is idle as soon as its answer is written, whether it has been sent or not, and
 * closing it would cut the answer short. From here on idle connections are closed only when every
 * connection has sent all that it has.
 */
const spareUnsent = (server: Server): void => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const closeIdle = server.closeIdleConnections.bind(server);
  // Node's own `close` calls it too.
  server.closeIdleConnections = () => {
    if (sockets.values().every(({ writableLength }) => writableLength === 0)) closeIdle();
  };
};

/**
 * Answers what is running and closes. A connection whose answer ends only now would otherwise stay
 * open, for its client's next request, until one of both gives it up: over a minute.
 */
const close = async (app: FastifyInstance): Promise<void> => {
  const sweep = setInterval(() => app.server.closeIdleConnections(), sweepMs);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
  }
};

/**
 * Answers everything as ever, but each answer closes its connection: those who keep connections, load
 * balancers above all, are rid of them without one being closed under a request.
 */
const partWith = ({ server }: FastifyInstance): void => {
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
};

/**
 * Builds the server when the process starts, listens, and finishes running requests when it stops.
 * @param at.drainMs for how long a stopping server still takes requests, until nobody sends it any.
 */
export const httpServer = (
  build: () => Promise<FastifyInstance>,
  at: { host: string; port: number; drainMs: number },
): Component => {
  let app: FastifyInstance | undefined;
  const hurried = new AbortController();
  const drain = async (server: FastifyInstance, deadline: Deadline) => {
    if (at.drainMs === 0) return;
    partWith(server);
    const ms = Math.min(at.drainMs, deadline.remainingMs());
    await sleep(ms, undefined, { signal: hurried.signal }).catch(() => undefined);
  };
  return {
    name: 'http-server',
    start: async () => {
      app = await build();
      spareUnsent(app.server);
      try {
        await app.listen({ host: at.host, port: at.port });
      } catch (err) {
        throw listenError(err as NodeJS.ErrnoException, { ...at, variable: 'PORT' });
      }
    },
    stop: async (deadline) => {
      if (!app) return;
      await drain(app, deadline);
      await close(app);
    },
    hurry: () => hurried.abort(),
  };
};
