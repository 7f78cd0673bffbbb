import { hash } from 'node:crypto';
import type { CacheEntry, Caches } from '@drover/shared/cache/cache';
import { defineCache } from '@drover/shared/cache/define-cache';
import type { Queryable } from '@drover/shared/database/in-transaction';
import { type Stats, stats } from '../contract/stats.ts';
import { tagOf } from '../views/cached-pages.ts';
import { jobStatsDaily } from '../views/job-stats-daily.ts';
import { momentsOf } from './moments.ts';
import { readStats, type StatsRequest } from './read-stats.ts';

/** Statistics as they were asked for. A refresh of the last of their views takes them away. */
export const jobStatistics = defineCache<Stats>({
  name: 'job-statistics',
  ttl: '1m',
  staleIfError: '1h',
  schema: stats,
  tags: () => [tagOf(jobStatsDaily.name)],
});

/** Requests for the same hours or days are the same. */
const keyOf = (request: StatsRequest): string => {
  const { tenant, type, by } = request;
  const moments = momentsOf(request);
  const text = JSON.stringify([tenant ?? null, type ?? null, by, moments[0], moments.length]);
  return hash('sha256', text, 'base64url');
};

/** The same as {@link readStats}, through the cache. @throws as it, when there are not even stale ones. */
export const readCachedStats = (
  { caches, db }: { caches: Caches; db: Queryable },
  request: StatsRequest,
): Promise<CacheEntry<Stats>> =>
  caches.of(jobStatistics).getEntry(keyOf(request), () => readStats(db, request));
