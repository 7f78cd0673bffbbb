import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';
import { knownName } from './tables/known-name.ts';
import type { View } from './views/define-view.ts';
import { type Views, views } from './views/registry.ts';

const count = z.int().min(0);

const outcome = z.strictObject({
  view: z.string(),
  rows: count.describe('Rows that the view has now'),
  recomputed: count.nullable().describe('Rows that were recomputed; `null` where all were'),
  tookMs: count.describe('Duration of the refresh, in milliseconds'),
});

/** The job type that refreshes these views. */
export const refreshJob = (known: Views) =>
  defineJob({
    type: 'view.refresh',
    queue: 'maintenance',
    role: 'operate',
    summary: 'Refresh a view, and after it those that are made of it.',
    payload: z.strictObject({
      view: knownName('view', known.names),
      full: z
        .boolean()
        .default(false)
        .describe('Of an incremental view, recompute all rows and not only what has changed'),
    }),
    result: z.strictObject({ refreshed: z.array(outcome) }),
    retry: { attempts: 5, backoff: { delay: '2s', max: '2m' } },
    timeout: '1h',
    run: async ({ payload, services, signal, progress, log, submit }) => {
      // The payload's schema knows the name.
      const all = known.withDependents(known.get(payload.view) as View);
      const refreshed: z.output<typeof outcome>[] = [];
      for (const view of all) {
        const done = await services.views.refresh(view, { full: payload.full, signal });
        refreshed.push({ view: view.name, ...done });
        log.info('view refreshed', { view: view.name, ...done });
        progress(refreshed.length / all.length, view.name);
        if (view.warm.length === 0) continue;
        await submit({ type: 'cache.warm', payload: { view: view.name } }, { name: view.name });
      }
      return { refreshed };
    },
  });

export const viewRefresh = refreshJob(views);
