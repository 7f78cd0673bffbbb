import type { Caches } from '@drover/shared/cache/cache';
import { isKey, isTag } from '@drover/shared/cache/place';
import { Problem } from '@drover/shared/http/problem';
import { didYouMean } from '@drover/shared/nearest';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf } from '../auth/bearer.ts';
import { parseQuery } from '../http/query.ts';
import type { Operation } from '../openapi/operation.ts';
import { purgeCache, purgeCacheKey, purgeCacheTag } from '../openapi/operations/cache.ts';

interface ByName {
  Params: { name: string; key?: string };
}

const tagQuery = z.strictObject({
  tag: z
    .string('expected a tag')
    .refine(isTag, 'expected 1 to 200 characters without control characters'),
});

/** Who has taken what away, for those who ask later. */
const logPurge = (request: FastifyRequest, what: object) =>
  request.log.info(
    { requestId: request.id, tenant: callerOf(request).tenant, ...what },
    'cache purged',
  );

/** `DELETE /cache/:name[/:key]` and `DELETE /cache?tag=`: for the values of all tenants. */
export const cacheRoutes = (scope: FastifyInstance, { caches }: { caches: Caches }): void => {
  const as = (operation: Operation) => ({ config: { role: 'operate', operation } }) as const;

  /** @throws Problem `cache-not-found`, with the nearest name. */
  const requireCache = async (name: string) => {
    const names = await caches.names();
    if (names.includes(name)) return;
    const shown = name.slice(0, 100);
    throw new Problem(
      'cache-not-found',
      `There is no cache "${shown}".${didYouMean(shown, [...names])}`,
    );
  };

  scope.delete('/cache', as(purgeCacheTag), async (request, reply) => {
    const { tag } = parseQuery(tagQuery, request.query);
    await caches.invalidateTags([tag]);
    logPurge(request, { tag });
    return reply.code(204).send();
  });

  scope.delete<ByName>('/cache/:name', as(purgeCache), async (request, reply) => {
    const { name } = request.params;
    await requireCache(name);
    await caches.purge(name);
    logPurge(request, { cache: name });
    return reply.code(204).send();
  });

  scope.delete<ByName>('/cache/:name/:key', as(purgeCacheKey), async (request, reply) => {
    const { name, key = '' } = request.params;
    await requireCache(name);
    // No cache has a value under what is no key: it is gone already.
    if (isKey(key)) await caches.purge(name, key);
    logPurge(request, { cache: name, key });
    return reply.code(204).send();
  });
};
