import { listenError } from '@drover/shared/http/listen-error';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { FastifyInstance } from 'fastify';

/** Builds the server when the process starts, listens, and finishes running requests when it stops. */
export const httpServer = (
  build: () => Promise<FastifyInstance>,
  at: { host: string; port: number },
): Component => {
  let app: FastifyInstance | undefined;
  return {
    name: 'http-server',
    start: async () => {
      app = await build();
      try {
        await app.listen(at);
      } catch (err) {
        throw listenError(err as NodeJS.ErrnoException, { ...at, variable: 'PORT' });
      }
    },
    stop: async () => {
      await app?.close();
    },
  };
};
