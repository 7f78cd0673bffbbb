import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';
import { artifact } from './fields/artifact.ts';
import { source } from './fields/source.ts';
import type { ImportTable } from './imports/define-import.ts';
import { type ImportTables, importTables } from './imports/registry.ts';
import { unfitColumns } from './imports/unfit-columns.ts';
import { knownName } from './tables/known-name.ts';

export const importFormats = ['csv', 'ndjson'] as const;
export type ImportFormat = (typeof importFormats)[number];

const payloadOf = (known: ImportTables) =>
  z
    .strictObject({
      source,
      format: z.enum(importFormats),
      table: knownName('table', known.names),
      columns: z
        .array(z.string().max(100))
        .min(1)
        .max(200)
        .optional()
        .describe('The columns of a csv file without a header line, in order'),
    })
    .superRefine(({ format, table, columns }, context) => {
      if (!columns) return;
      const target = known.get(table);
      const faults =
        format === 'csv' && target
          ? unfitColumns(target, columns)
          : ['only a csv file without a header line needs them'];
      for (const message of faults) {
        context.addIssue({ code: 'custom', path: ['columns'], message });
      }
    });

/** The job type that imports into these tables. */
export const importJob = (known: ImportTables) =>
  defineJob({
    type: 'data.import',
    queue: 'data',
    summary:
      'Copy the rows of a csv or ndjson file into a table, all those that fit, and only once.',
    payload: payloadOf(known),
    result: z.strictObject({
      inserted: z.int(),
      rejected: z.int(),
      artifact: artifact.optional().describe('The rejected rows, with line and reason'),
    }),
    retry: { attempts: 5, backoff: { delay: '2s', max: '2m' } },
    timeout: '1h',
    run: ({ payload, key, tenant, services, artifacts, signal, progress }) =>
      services.imports.load(
        {
          // The payload's schema knows the name.
          table: known.get(payload.table) as ImportTable,
          format: payload.format,
          ...(payload.columns && { columns: payload.columns }),
          key,
          open: () => services.sources.open(payload.source, { tenant, key, signal }),
          keepRejected: (name, content) => artifacts.put(name, content),
        },
        { signal, onRows: (rows, share) => progress(share, `${rows} rows`) },
      ),
  });

export const dataImport = importJob(importTables);
