import { hash } from 'node:crypto';
import type { CacheEntry, Caches } from '@drover/shared/cache/cache';
import { defineCache } from '@drover/shared/cache/define-cache';
import type { Transactional } from '@drover/shared/database/in-transaction';
import { z } from 'zod';
import { defaultPageSize, type View, type WarmPage } from './define-view.ts';
import { type PageRequest, readPage, type ViewPage } from './read-page.ts';

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const page: z.ZodType<ViewPage> = z.object({
  items: z.array(z.record(z.string(), value)),
  hasMore: z.boolean(),
  refreshedAt: z.number().nullable(),
  generation: z.number(),
  attemptedAt: z.number(),
});

const viewOfKey = (key: string): string => key.split('/')[0] ?? '';

/** What is kept of a view goes with this tag. */
export const tagOf = (view: string): string => `view:${view}`;

/**
 * Channel of NOTIFY that tells of a view, by its name, whose rows were replaced by somebody who has no
 * cache to take them from, such as `npm run seed`.
 */
export const replacedChannel = 'drover_view_replaced';

/** Pages of views. A refresh takes them away in all processes; their ttl is for when that is lost. */
export const viewPages = defineCache<ViewPage>({
  name: 'view-pages',
  ttl: '1m',
  refreshAhead: 0.75,
  staleIfError: '24h',
  schema: page,
  tags: (key) => [tagOf(viewOfKey(key))],
});

const keyOf = ({ view, filter, tenant, limit, after }: PageRequest): string => {
  const conditions = Object.entries(filter).sort(([one], [other]) => (one < other ? -1 : 1));
  const owner = view.tenantColumn === undefined ? null : [view.tenantColumn, tenant];
  const text = JSON.stringify([view.fingerprint, owner, conditions, limit, after]);
  return `${view.name}/${hash('sha256', text, 'base64url')}`;
};

interface Places {
  caches: Caches;
  pool: Transactional;
}

/**
 * A page of a view through the cache.
 * @throws as {@link readPage}, when there is not even a stale one.
 */
export const readCachedPage = (
  { caches, pool }: Places,
  request: PageRequest,
): Promise<CacheEntry<ViewPage>> =>
  caches.of(viewPages).getEntry(keyOf(request), () => readPage(pool, request));

/** Puts a page of a view into the cache, in place of what is there. @throws as {@link readPage}. */
export const warmPage = async (
  { caches, pool }: Places,
  view: View,
  { filter = {}, limit = defaultPageSize, tenant }: WarmPage & Pick<PageRequest, 'tenant'>,
): Promise<void> => {
  const request = { view, filter, tenant, limit };
  await caches.of(viewPages).refresh(keyOf(request), () => readPage(pool, request));
};
