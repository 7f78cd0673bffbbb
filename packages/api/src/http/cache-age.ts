import type { CacheEntry } from '@drover/shared/cache/cache';
import type { FastifyReply } from 'fastify';

/** Says how old what the cache has served is, and whether it is what Postgres would say now. */
export const tellAge = (reply: FastifyReply, { ageMs, stale }: CacheEntry<unknown>): void => {
  reply.header('age', Math.floor(ageMs / 1_000));
  if (stale) reply.header('warning', '110 - "Response is Stale"');
};
