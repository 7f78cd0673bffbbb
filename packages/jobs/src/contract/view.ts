import { z } from 'zod';

const count = z.int().min(0);
const instant = z.iso.datetime();

/** A materialized view and how fresh it is. */
export const viewResource = z
  .strictObject({
    name: z.string(),
    summary: z.string(),
    columns: z.array(
      z.strictObject({
        name: z.string(),
        type: z.enum(['text', 'integer', 'number', 'boolean', 'date', 'instant']),
      }),
    ),
    uniqueBy: z.array(z.string()).describe('Columns that tell the rows apart, and order them'),
    refresh: z
      .strictObject({
        cron: z.string().nullable().describe('By the clock'),
        on: z.array(z.string()).describe('When one of these channels tells of changes'),
        maxAgeMs: z.int().nullable().describe('When a read finds the rows older'),
        incremental: z.boolean().describe('Only what has changed is recomputed'),
      })
      .describe('When it is refreshed, and how'),
    needs: z.array(z.string()).describe('Views that it is made of'),
    rows: count,
    refreshedAt: instant.describe('The moment that the rows tell of'),
    ageMs: count.describe('Milliseconds since then'),
    stale: z
      .boolean()
      .describe('The rows are older than they are to be, or the last refresh failed'),
    lastRefresh: z.strictObject({
      tookMs: z.number(),
      recomputed: count.nullable().describe('Rows that were recomputed; `null`: all'),
    }),
    error: z
      .strictObject({ message: z.string(), at: instant })
      .nullable()
      .describe('Why the last refresh failed, if it did'),
    links: z.strictObject({ self: z.string() }),
  })
  .meta({ id: 'View' });

export const viewList = z.strictObject({ items: z.array(viewResource) }).meta({ id: 'ViewList' });

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** A page of a view's rows. */
export const viewRows = z
  .strictObject({
    view: z.string(),
    refreshedAt: instant.nullable().describe('The moment that the rows tell of'),
    items: z.array(z.record(z.string(), value)).describe('Rows, with a value for each column'),
    nextCursor: z.string().nullable().describe('For the next page; `null` on the last'),
  })
  .meta({ id: 'ViewRows' });

export type ViewResource = z.output<typeof viewResource>;
export type ViewRows = z.output<typeof viewRows>;
