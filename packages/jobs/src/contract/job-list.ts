import { z } from 'zod';
import { requireFilterOrAll } from './filter-or-all.ts';
import { jobResource, jobStatus } from './job-resource.ts';
import { maxTagLength, maxTags } from './submission.ts';

/** Most jobs of one page, and how many there are when nothing is said. */
export const maxJobPage = 100;
export const defaultJobPage = 20;

/** Longest text to search for, in characters. */
export const maxSearchLength = 1_000;

/** Most values of a filter that takes several. */
const maxValues = 20;

/** Most jobs that a bulk cancel or retry changes in a second, and how many when nothing is said. */
export const maxBulkRate = 1_000;
export const defaultBulkRate = 100;

/** Jobs that a dry run counts: where there are more, it says so. */
export const maxCounted = 100_000;

/** Jobs that a dry run shows. */
export const sampleSize = 10;

/** A name as it may stand in the history: it is compared as a whole, and Postgres cannot hold U+0000. */
const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'expected printable characters');

/** Any of them. */
const anyOf = <T extends z.ZodType<string>>(value: T) => z.array(value).min(1).max(maxValues);

const instant = z.iso.datetime({ offset: true });

const text = z
  .string()
  .min(1)
  .max(maxSearchLength)
  .refine(
    (given) => !given.includes('\0') && given.isWellFormed(),
    'expected text without null characters',
  );

/** Which jobs are meant; all of what is given must be true of one. */
export const jobFilterFields = {
  status: anyOf(jobStatus).optional().describe('One of these'),
  type: anyOf(name).optional().describe('Of one of these job types'),
  queue: anyOf(name).optional().describe('In one of these queues'),
  tag: z
    .array(name.max(maxTagLength))
    .min(1)
    .max(maxTags)
    .optional()
    .describe('With all of these tags'),
  since: instant.optional().describe('Submitted then or later'),
  until: instant.optional().describe('Submitted before then'),
  workflow: name.optional().describe('Steps of that workflow'),
  schedule: name.optional().describe('Runs of that schedule'),
  code: anyOf(name).optional().describe('Whose latest attempt failed with one of these codes'),
  text: text
    .optional()
    .describe(
      'Words of the payload, the error, the type or the tags: all of them, `"as a phrase"`, `one or other`, `-without`; or the id of a job',
    ),
};

/** `since` must come before `until`. */
export const checkRange = (
  { since, until }: { since?: string | undefined; until?: string | undefined },
  context: z.core.$RefinementCtx,
): void => {
  if (since === undefined || until === undefined) return;
  if (Date.parse(since) < Date.parse(until)) return;
  context.addIssue({ code: 'custom', path: ['until'], message: 'expected a time after since' });
};

export const jobFilter = z
  .strictObject(jobFilterFields)
  .superRefine(checkRange)
  .meta({ id: 'JobFilter' });

export type JobFilterInput = z.input<typeof jobFilter>;

/** The fields of a filter that take several values: in a query string, given one by one or with commas. */
export const listFields = ['status', 'type', 'queue', 'tag', 'code'] as const;

const {
  attempts,
  error,
  progress,
  payload: _payload,
  result: _result,
  ...told
} = jobResource.shape;

/** A job in a list. */
export const jobSummary = z
  .strictObject({
    ...told,
    progress: progress
      .nullable()
      .describe('Null for one that ended without success: read the job itself'),
    attempts: attempts.omit({ history: true }),
    error: error.unwrap().pick({ code: true, message: true }).nullable(),
    schedule: z
      .string()
      .optional()
      .describe('The schedule that it is a run of; absent for other jobs'),
  })
  .meta({ id: 'JobSummary', description: 'A job without what may be large' });
export type JobSummary = z.output<typeof jobSummary>;

export const jobPage = z
  .strictObject({
    items: z.array(jobSummary),
    nextCursor: z
      .string()
      .nullable()
      .describe('`cursor` of the next page; null when this was the last'),
  })
  .meta({ id: 'JobPage' });
export type JobPage = z.output<typeof jobPage>;

/** Body of `POST /jobs/cancel` and `POST /jobs/retry`. */
export const bulkRequest = z
  .strictObject({
    filter: jobFilter
      .optional()
      .describe('Which ones; required unless `all` is true. `until` is now at the latest'),
    all: z.boolean().optional().describe('Every job that it can be done with'),
    rate: z
      .int()
      .min(1)
      .max(maxBulkRate)
      .default(defaultBulkRate)
      .describe('Jobs that are changed in a second, at most'),
    dryRun: z.boolean().default(false).describe('Count them, and change none'),
  })
  .superRefine(requireFilterOrAll)
  .meta({ id: 'BulkChange' });

export const bulkPreview = z
  .strictObject({
    count: z.int().describe('Jobs that would be changed'),
    more: z.boolean().describe(`Whether there are more: no more than ${maxCounted} are counted`),
    sample: z.array(jobSummary).describe('Some of them, the newest first'),
  })
  .meta({ id: 'BulkPreview' });
export type BulkPreview = z.output<typeof bulkPreview>;
