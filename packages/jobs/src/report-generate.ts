import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';
import { artifact } from './fields/artifact.ts';
import { knownName } from './tables/known-name.ts';
import type { View } from './views/define-view.ts';
import { type Views, views } from './views/registry.ts';

const scalar = z.union([z.string().max(1_000), z.number(), z.boolean()]);
const condition = z
  .union([
    scalar,
    z.array(scalar),
    z.strictObject({ min: scalar.optional(), max: scalar.optional() }),
  ])
  .describe('A value, a list of values, or {min, max}');

export const reportFormats = ['csv', 'json', 'xlsx'] as const;
export type ReportFormat = (typeof reportFormats)[number];

const payloadOf = (known: Views) =>
  z
    .strictObject({
      view: knownName('view', known.names),
      format: z.enum(reportFormats),
      filter: z
        .record(z.string(), condition)
        .optional()
        .describe('Conditions by column; a row must meet all of them'),
      escapeFormulas: z
        .boolean()
        .default(true)
        .describe(
          'In csv, put an apostrophe before texts that a spreadsheet would run as formulas',
        ),
    })
    .superRefine(({ view, filter }, context) => {
      const checked = known.get(view)?.filter.safeParse(filter ?? {});
      for (const issue of checked?.error?.issues ?? []) {
        context.addIssue({
          code: 'custom',
          path: ['filter', ...issue.path],
          message: issue.message,
        });
      }
    });

/** The job type that makes reports of these views. */
export const reportJob = (known: Views) =>
  defineJob({
    type: 'report.generate',
    queue: 'data',
    summary: 'Write the rows of a view to a csv, json or xlsx file.',
    payload: payloadOf(known),
    result: z.strictObject({ artifact, rows: z.int() }),
    retry: { attempts: 5, backoff: { delay: '2s', max: '2m' } },
    timeout: '15m',
    run: async ({ payload, tenant, services, artifacts, signal, progress }) => {
      const { format, filter = {}, escapeFormulas } = payload;
      // The payload's schema knows the name.
      const view = known.get(payload.view) as View;
      let rows = 0;
      const content = services.reports.write(
        { view, tenant, format, filter, escapeFormulas },
        {
          signal,
          onRows: (done, total) => {
            rows = done;
            progress(total === 0 ? 1 : done / total, `${done} of ${total} rows`);
          },
        },
      );
      const stored = await artifacts.put(`${view.name}.${format}`, content);
      return { artifact: stored, rows };
    },
  });

export const reportGenerate = reportJob(views);
