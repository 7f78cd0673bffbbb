import { z } from 'zod';
import { requireFilterOrAll } from './filter-or-all.ts';
import { attemptRecord, jobError } from './job-resource.ts';

/** Most dead letters of one page, and how many there are when nothing is said. */
export const maxPage = 100;
export const defaultPage = 20;

/** Most groups of one answer, and how many there are when nothing is said. */
export const maxGroups = 200;
export const defaultGroups = 50;

/** Most dead letters that are redriven in a second, and how many when nothing is said. */
export const maxRedriveRate = 1_000;
export const defaultRedriveRate = 100;

/** Dead letters that one `DELETE /dead-letters` deletes at most. */
export const maxDeleted = 5_000;

const instant = z.iso.datetime().describe('RFC 3339, in UTC');

/** The name of a type, a queue, a code or a tenant: whatever it is, it is compared as a whole. */
const name = z.string().min(1).max(100);

/** Which dead letters are meant; all of what is given must be true of one. */
export const deadLetterFilter = z
  .strictObject({
    type: name.optional().describe('Job type'),
    queue: name.optional().describe('Queue'),
    code: name.optional().describe('Code of the error'),
    group: z
      .string()
      .regex(/^[0-9a-f]{16}$/, 'expected the id of a group')
      .optional()
      .describe('Group, of `GET /dead-letters/groups`'),
    since: z.iso.datetime({ offset: true }).optional().describe('Failed then or later'),
    until: z.iso.datetime({ offset: true }).optional().describe('Failed before then'),
    tenant: name.optional().describe('Tenant; only an admin may name another than its own'),
  })
  .meta({ id: 'DeadLetterFilter' });

export type DeadLetterFilterInput = z.input<typeof deadLetterFilter>;

const summary = {
  id: z.string().describe('The id of the job'),
  type: z.string(),
  queue: z.string(),
  tenant: z.string(),
  error: jobError,
  group: z.string().describe('The group that it is counted in'),
  createdAt: instant.describe('When the job was submitted'),
  failedAt: instant,
  links: z.strictObject({ self: z.string(), job: z.string(), redrive: z.string() }),
};

const made = z.int().describe('Attempts that are over, with those before a retry');

/** A dead letter in a list. */
export const deadLetterSummary = z
  .strictObject({ ...summary, attempts: z.strictObject({ made, max: z.int() }) })
  .meta({ id: 'DeadLetterSummary' });

/** A dead letter with all that is known of its job. */
export const deadLetter = z
  .strictObject({
    ...summary,
    attempts: z.strictObject({ made, max: z.int(), history: z.array(attemptRecord) }),
    payload: z.unknown().describe('As submitted, or as it was last redriven'),
    tags: z.array(z.string()),
  })
  .meta({ id: 'DeadLetter', description: 'A job that has failed for good' });

export const deadLetterPage = z
  .strictObject({
    items: z.array(deadLetterSummary),
    nextCursor: z
      .string()
      .nullable()
      .describe('`cursor` of the next page; null when this was the last'),
  })
  .meta({ id: 'DeadLetterPage' });

/** Dead letters of one cause. */
export const deadLetterGroup = z
  .strictObject({
    id: z.string(),
    type: z.string(),
    queue: z.string(),
    code: z.string(),
    message: z
      .string()
      .nullable()
      .describe(
        'The message that all have in common, without numbers and ids; null: various messages, where one code has very many',
      ),
    count: z.int(),
    firstAt: instant.describe('When the first of them failed'),
    lastAt: instant.describe('When the last of them failed'),
    samples: z.array(z.string()).describe('Ids of the latest'),
  })
  .meta({ id: 'DeadLetterGroup' });

export const deadLetterGroups = z
  .strictObject({
    items: z.array(deadLetterGroup).describe('The largest first'),
    total: z.int().describe('Groups that there are, shown or not'),
  })
  .meta({ id: 'DeadLetterGroups' });

/** Body of `POST /dead-letters/:id/redrive`. */
export const redriveRequest = z
  .strictObject({
    payload: z
      .unknown()
      .optional()
      .describe('Takes the place of the payload; checked against the type of the job'),
  })
  .meta({ id: 'Redrive' });

/** Body of `POST /dead-letters/redrive`. */
export const bulkRedriveRequest = z
  .strictObject({
    filter: deadLetterFilter
      .optional()
      .describe('Which ones; required unless `all` is true. `until` is now when left out'),
    all: z.boolean().optional().describe('Redrive every dead letter'),
    rate: z
      .int()
      .min(1)
      .max(maxRedriveRate)
      .default(defaultRedriveRate)
      .describe('Jobs that are redriven in a second, at most'),
    dryRun: z.boolean().default(false).describe('Count them, and redrive none'),
  })
  .superRefine(requireFilterOrAll)
  .meta({ id: 'BulkRedrive' });

export type BulkRedriveInput = z.input<typeof bulkRedriveRequest>;

export const redrivePreview = z
  .strictObject({
    count: z.int().describe('Dead letters that would be redriven'),
    sample: z.array(deadLetterSummary).describe('Some of them, the oldest first'),
  })
  .meta({ id: 'RedrivePreview' });

export const deletionReport = z
  .strictObject({
    deleted: z.int(),
    more: z.boolean().describe('Whether there may be more: then send the request again'),
  })
  .meta({ id: 'DeadLetterDeletion' });

export type DeadLetterSummary = z.output<typeof deadLetterSummary>;
export type DeadLetter = z.output<typeof deadLetter>;
export type DeadLetterPage = z.output<typeof deadLetterPage>;
export type DeadLetterGroup = z.output<typeof deadLetterGroup>;
export type DeadLetterGroups = z.output<typeof deadLetterGroups>;
export type RedrivePreview = z.output<typeof redrivePreview>;
export type DeletionReport = z.output<typeof deletionReport>;
