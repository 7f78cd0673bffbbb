import { CodedError } from '@drover/shared/errors';
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

/** From here on, a route of the scope that does not describe itself keeps the server from starting. */
export const requireOperations = (scope: FastifyInstance): void => {
  scope.addHook('onRoute', ({ method, url, config }) => {
    if (!config?.operation) {
      throw new CodedError('route-undescribed', `The route ${method} ${url} has no operation`);
    }
  });
};
