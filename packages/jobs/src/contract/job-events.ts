import { z } from 'zod';

/** A line that a job wrote. */
export const logLine = z
  .strictObject({
    seq: z.int().describe('Counts the lines of the job, from 1'),
    at: z.iso.datetime(),
    level: z.enum(['info', 'warn', 'error']),
    message: z.string(),
    fields: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'LogLine' });

export type LogLine = z.output<typeof logLine>;

/** Answer of `GET /jobs/:id/logs`. */
export const logPage = z
  .strictObject({
    items: z.array(logLine),
    nextAfter: z.int().nullable().describe('`after` of the next page; null when this was the last'),
  })
  .meta({ id: 'LogPage' });

export type LogPage = z.output<typeof logPage>;

export const jobProgress = z
  .strictObject({ progress: z.number().min(0).max(1), note: z.string().optional() })
  .meta({ id: 'JobProgress' });

export type JobProgress = z.output<typeof jobProgress>;
