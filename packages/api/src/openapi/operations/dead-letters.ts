import {
  bulkRedriveRequest,
  type DeadLetter,
  type DeadLetterGroup,
  type DeadLetterSummary,
  deadLetter,
  deadLetterFilter,
  deadLetterGroups,
  deadLetterPage,
  defaultGroups,
  defaultPage,
  deletionReport,
  maxDeleted,
  maxGroups,
  maxPage,
  redrivePreview,
  redriveRequest,
} from '@drover/jobs/contract/dead-letters';
import { jobResource } from '@drover/jobs/contract/job-resource';
import { z } from 'zod';
import { json, type Operation } from '../operation.ts';
import { failedJob, queuedJob } from './examples.ts';

const { id, type, queue, tenant, createdAt, payload, tags, attempts } = failedJob;

const summary: DeadLetterSummary = {
  id,
  type,
  queue,
  tenant,
  error: {
    code: 'source-not-found',
    message: 'there is no file at the source',
    attempt: 1,
    retryable: false,
  },
  attempts: { made: attempts.made, max: attempts.max },
  group: '9f2c1b7a4d3e8056',
  createdAt,
  failedAt: '2026-08-30T09:12:04.402Z',
  links: {
    self: `/dead-letters/${id}`,
    job: `/jobs/${id}`,
    redrive: `/dead-letters/${id}/redrive`,
  },
};

const letter: DeadLetter = { ...summary, attempts, payload, tags };

const group: DeadLetterGroup = {
  id: summary.group,
  type,
  queue,
  code: 'source-not-found',
  message: 'there is no file at the source',
  count: 214,
  firstAt: '2026-08-30T08:41:55.310Z',
  lastAt: summary.failedAt,
  samples: [id],
};

const params = z.object({
  id: z
    .string()
    .describe('The `id` of the job.')
    .meta({ examples: [id] }),
});

const given = deadLetterFilter.shape;

/** The reference says of each parameter what the schema of the filter says. */
const filterQuery = {
  ...given,
  type: given.type.meta({ examples: ['image.thumbnails'] }),
  code: given.code.meta({ examples: ['source-not-found'] }),
};

const whose =
  'A key sees those of its tenant; one with the role `admin` sees all, and may name a `tenant`.';

export const listLetters: Operation = {
  id: 'listDeadLetters',
  tag: 'Dead letters',
  summary: 'List dead letters',
  description: `The jobs that have failed for good, those that failed last first. All filters must hold. ${whose}`,
  query: z.object({
    ...filterQuery,
    limit: z.int().min(1).max(maxPage).default(defaultPage).describe('Most of the page.'),
    cursor: z
      .string()
      .max(300)
      .optional()
      .describe('`nextCursor` of the page before, with the same filters.'),
  }),
  answers: {
    200: {
      description: 'A page. `nextCursor` is the `cursor` of the next one.',
      headers: ['ETag'],
      content: json(deadLetterPage, {
        page: { summary: 'The only page', value: { items: [summary], nextCursor: null } },
      }),
    },
  },
  problems: [],
  conditional: true,
};

export const groupLetters: Operation = {
  id: 'groupDeadLetters',
  tag: 'Dead letters',
  summary: 'Group dead letters by cause',
  description: `How many dead letters have the same cause: the type, the code and the message without what differs from job to job. The largest groups first. The \`id\` of a group is a filter. ${whose}`,
  query: z.object({
    ...filterQuery,
    limit: z.int().min(1).max(maxGroups).default(defaultGroups).describe('Most groups.'),
  }),
  answers: {
    200: {
      description: 'The groups.',
      headers: ['ETag'],
      content: json(deadLetterGroups, {
        groups: { summary: 'One group', value: { items: [group], total: 1 } },
      }),
    },
  },
  problems: [],
  conditional: true,
};

export const readDeadLetter: Operation = {
  id: 'readDeadLetter',
  tag: 'Dead letters',
  summary: 'Read a dead letter',
  description: `A job that has failed for good: its payload, its error and every attempt. ${whose}`,
  params,
  answers: {
    200: {
      description: 'The dead letter.',
      headers: ['ETag'],
      content: json(deadLetter, { letter: { summary: 'A dead letter', value: letter } }),
    },
  },
  problems: ['dead-letter-not-found'],
  conditional: true,
};

export const redriveLetter: Operation = {
  id: 'redriveDeadLetter',
  tag: 'Dead letters',
  summary: 'Redrive a dead letter',
  description:
    'Runs the job again, under its id, with as many attempts as before; if need be with another payload. Redriving it twice runs it once. Jobs that change many jobs (`jobs.cancel`, `jobs.retry`, `dead-letters.redrive`) are redriven by admins only.',
  params,
  body: {
    schema: redriveRequest,
    examples: {
      asItIs: { summary: 'As it is', value: {} },
      edited: {
        summary: 'With another payload',
        value: {
          payload: { source: { url: 'https://example.com/cat-2.png' }, widths: [200] },
        },
      },
    },
  },
  bodyOptional: true,
  answers: {
    202: {
      description: 'The job waits for a worker again.',
      headers: ['Location'],
      content: json(jobResource, {
        queued: {
          summary: 'It waits',
          value: { ...queuedJob, attempts: { ...attempts, max: 4 } },
        },
      }),
    },
  },
  problems: ['dead-letter-not-found', 'job-not-dead', 'unknown-job-type'],
};

const redriveJobId = 'maintenance.0.01k3v9qj5c8d7e6f5g4h3j2k1m';

export const redriveLetters: Operation = {
  id: 'redriveDeadLetters',
  tag: 'Dead letters',
  summary: 'Redrive many dead letters',
  description:
    'Redrives all that fit a filter, the oldest first, at a `rate` a second. A job does it: follow it as any other, and cancel it to stop. What fails again meanwhile is not redriven again. `dryRun` only counts.',
  body: {
    schema: bulkRedriveRequest,
    examples: {
      code: {
        summary: 'All of one code, ten a second',
        value: { filter: { type, code: 'source-not-found' }, rate: 10 },
      },
      dryRun: { summary: 'How many are there?', value: { all: true, dryRun: true } },
    },
  },
  answers: {
    200: {
      description: 'A dry run: nothing was done.',
      content: json(redrivePreview, {
        preview: { summary: 'One', value: { count: 1, sample: [summary] } },
      }),
    },
    202: {
      description: 'The job that redrives them.',
      headers: ['Location', 'Retry-After'],
      content: json(jobResource, {
        queued: {
          summary: 'It waits',
          value: {
            ...queuedJob,
            id: redriveJobId,
            type: 'dead-letters.redrive',
            queue: 'maintenance',
            attempts: { made: 0, max: 20, history: [] },
            payload: {
              filter: { tenant, type, code: 'source-not-found', until: 1_788_081_124_402 },
              rate: 10,
              matched: 214,
            },
            tags: [],
            links: {
              self: `/jobs/${redriveJobId}`,
              events: `/jobs/${redriveJobId}/events`,
              logs: `/jobs/${redriveJobId}/logs`,
            },
          },
        },
      }),
    },
  },
  problems: [],
};

export const deleteLetter: Operation = {
  id: 'deleteDeadLetter',
  tag: 'Dead letters',
  summary: 'Delete a dead letter',
  description: 'Removes the dead letter and its job; nothing of them is left.',
  params,
  answers: {
    200: {
      description: 'Both are gone.',
      content: json(deletionReport, {
        one: { summary: 'Deleted', value: { deleted: 1, more: false } },
      }),
    },
  },
  problems: ['dead-letter-not-found', 'job-not-dead'],
};

export const deleteLetters: Operation = {
  id: 'deleteDeadLetters',
  tag: 'Dead letters',
  summary: 'Delete many dead letters',
  description: `Removes the dead letters of a filter with their jobs, the oldest first, ${maxDeleted} at most: \`more\` tells whether to send the request again. Without a filter, \`all=true\` is required.`,
  query: z.object({
    ...filterQuery,
    all: z.literal('true').optional().describe('Every dead letter; instead of a filter.'),
  }),
  answers: {
    200: {
      description: 'How many are gone.',
      content: json(deletionReport, {
        some: { summary: 'All that there were', value: { deleted: 214, more: false } },
      }),
    },
  },
  problems: [],
};
