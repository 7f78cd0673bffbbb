import type { CacheEntry, Caches } from '@drover/shared/cache/cache';
import { defineCache } from '@drover/shared/cache/define-cache';
import type { Queryable } from '@drover/shared/database/in-transaction';
import { z } from 'zod';
import { readRecords, type ViewRecord } from './record.ts';

const instant = z.number().nullable();

const records: z.ZodType<readonly ViewRecord[]> = z.array(
  z.object({
    name: z.string(),
    generation: z.number(),
    attemptedAt: z.number(),
    refreshedAt: instant,
    rows: z.number().nullable(),
    recomputed: z.number().nullable(),
    tookMs: z.number().nullable(),
    failedAt: instant,
    error: z.string().nullable(),
  }),
);

/** What is kept of the list of views goes with this tag. */
export const viewListTag = 'views';

const viewList = defineCache<readonly ViewRecord[]>({
  name: 'view-list',
  ttl: '5s',
  staleIfError: '24h',
  schema: records,
  tags: () => [viewListTag],
});

/** The records of all views through the cache. @throws errors of Postgres, when there are not even stale ones. */
export const readCachedRecords = ({
  caches,
  db,
}: {
  caches: Caches;
  db: Queryable;
}): Promise<CacheEntry<readonly ViewRecord[]>> =>
  caches.of(viewList).getEntry('all', async () => [...(await readRecords(db)).values()]);
