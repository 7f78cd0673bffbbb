import type { ViewResource, ViewRows } from '@drover/jobs/contract/view';
import type { View } from '@drover/jobs/views/define-view';
import type { PageRequest, ViewPage } from '@drover/jobs/views/read-page';
import type { ViewRecord } from '@drover/jobs/views/record';
import { toInstant } from '@drover/shared/instant';
import { encodeCursor } from './cursor.ts';
import { isTooOld } from './staleness.ts';

const selfOf = (name: string) => `/views/${name}`;

/** A view that is in the database. */
export const toViewResource = (
  view: View,
  record: ViewRecord & { refreshedAt: number },
): ViewResource => {
  const { name, summary, columns, uniqueBy, refresh, needs } = view;
  const { refreshedAt, failedAt, error } = record;
  return {
    name,
    summary,
    columns: columns.map((column) => ({ name: column.name, type: column.kind })),
    uniqueBy: [...uniqueBy],
    refresh: {
      cron: refresh.cron ?? null,
      on: refresh.on ?? [],
      maxAgeMs: refresh.maxAge ?? null,
      incremental: refresh.incremental !== undefined,
    },
    needs: [...needs],
    rows: record.rows ?? 0,
    refreshedAt: toInstant(refreshedAt),
    ageMs: Math.max(0, Math.round(Date.now() - refreshedAt)),
    stale: failedAt !== null || isTooOld(view, record),
    lastRefresh: { tookMs: record.tookMs ?? 0, recomputed: record.recomputed },
    error: failedAt === null ? null : { message: error ?? '', at: toInstant(failedAt) },
    links: { self: selfOf(name) },
  };
};

export const toRows = (page: ViewPage, request: PageRequest): ViewRows => {
  const { view } = request;
  const { items, hasMore, refreshedAt } = page;
  const last = items.at(-1);
  const key = last && view.uniqueBy.map((column) => last[column] ?? null);
  return {
    view: view.name,
    refreshedAt: refreshedAt === null ? null : toInstant(refreshedAt),
    items: items.map((row) => ({ ...row })),
    nextCursor: hasMore && key ? encodeCursor(key, request) : null,
  };
};
