import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';
import { knownName } from './tables/known-name.ts';
import { maxPageSize, type View } from './views/define-view.ts';
import { type Views, views } from './views/registry.ts';

/** Most pages that one job loads. */
const maxEntries = 100;

const payloadOf = (known: Views) => {
  const view = knownName('view', known.names);
  const entry = z
    .strictObject({
      view,
      filter: z
        .record(z.string(), z.unknown())
        .optional()
        .describe('As of `GET /views/{name}`: conditions by column'),
      limit: z.int().min(1).max(maxPageSize).optional().describe('Rows of the page'),
    })
    .superRefine(({ view: name, filter }, context) => {
      const checked = known.get(name)?.filter.safeParse(filter ?? {});
      for (const issue of checked?.error?.issues ?? []) {
        const path = ['filter', ...issue.path];
        context.addIssue({ code: 'custom', path, message: issue.message });
      }
    });
  return z
    .strictObject({
      view: view.optional().describe('Load the pages that the view declares'),
      entries: z
        .array(entry)
        .min(1)
        .max(maxEntries)
        .optional()
        .describe('Load the first page of each of these'),
    })
    .refine(
      (payload) => (payload.view === undefined) !== (payload.entries === undefined),
      'expected either "view" or "entries"',
    );
};

/** The job type that loads pages of these views into the cache. */
export const warmJob = (known: Views) =>
  defineJob({
    type: 'cache.warm',
    queue: 'maintenance',
    role: 'operate',
    summary: 'Load pages of views into the cache before somebody asks for them.',
    payload: payloadOf(known),
    result: z.strictObject({ warmed: z.int().min(0).describe('Pages that are in the cache now') }),
    retry: { attempts: 3, backoff: { delay: '2s', max: '1m' } },
    timeout: '5m',
    run: async ({ payload, tenant, services, signal, progress }) => {
      // The payload's schema knows the names and has checked the filters.
      const viewOf = (name: string) => known.get(name) as View;
      const entries =
        payload.view === undefined
          ? (payload.entries ?? []).map((it) => ({
              view: viewOf(it.view),
              page: { filter: viewOf(it.view).filter.parse(it.filter ?? {}), limit: it.limit },
            }))
          : viewOf(payload.view).warm.map((page) => ({
              view: viewOf(payload.view as string),
              page,
            }));
      for (const [done, { view, page }] of entries.entries()) {
        signal.throwIfAborted();
        await services.views.warm(view, { ...page, tenant });
        progress((done + 1) / entries.length);
      }
      return { warmed: entries.length };
    },
  });

export const cacheWarm = warmJob(views);
