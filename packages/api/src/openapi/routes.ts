import type { Catalog } from '@drover/jobs/catalog';
import { readVersion } from '@drover/shared/version';
import type { FastifyInstance } from 'fastify';
import { buildDocument } from './document.ts';
import type { DescribedRoute } from './path-items.ts';

/** `GET /openapi.json`: the description of the API, made when it is first asked for. */
export const openApiRoutes = (
  scope: FastifyInstance,
  options: { routes: readonly DescribedRoute[]; catalog: Catalog },
): void => {
  let text: string | undefined;
  scope.get('/openapi.json', (_request, reply) => {
    text ??= JSON.stringify(buildDocument({ ...options, version: readVersion() }));
    return reply.type('application/json; charset=utf-8').send(text);
  });
};
