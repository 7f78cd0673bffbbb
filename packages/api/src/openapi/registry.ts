import type { FastifyInstance } from 'fastify';
import type { DescribedRoute } from './path-items.ts';

/** The routes that describe themselves, as they are registered from here on. */
export const collectOperations = (app: FastifyInstance): readonly DescribedRoute[] => {
  const routes: DescribedRoute[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    const operation = config?.operation;
    if (!operation) return;
    for (const name of [method].flat()) {
      // HEAD is GET without a body.
      if (name !== 'HEAD') routes.push({ method: name, url, role: config.role, operation });
    }
  });
  return routes;
};
