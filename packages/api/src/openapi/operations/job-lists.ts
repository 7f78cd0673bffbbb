import {
  bulkPreview,
  bulkRequest,
  defaultJobPage,
  type JobSummary,
  jobFilterFields,
  jobPage,
  maxJobPage,
} from '@drover/jobs/contract/job-list';
import { jobResource } from '@drover/jobs/contract/job-resource';
import { z } from 'zod';
import { json, type Operation } from '../operation.ts';
import { failedJob, queuedJob, succeededJob } from './examples.ts';

const { payload: _payload, result: _result, progress: _progress, ...told } = failedJob;

const summary: JobSummary = {
  ...told,
  progress: null,
  attempts: { made: 1, max: 3 },
  error: { code: 'source-not-found', message: 'there is no file at the source' },
};

const fields = {
  ...jobFilterFields,
  type: jobFilterFields.type.meta({ examples: [['image.thumbnails']] }),
  text: jobFilterFields.text.meta({ examples: ['cat.png -dog'] }),
};

const which =
  'All filters must hold. One that takes several values is given several times, or with commas between them. A job is in the history moments after it was accepted, and for as many days as the server keeps it (`HISTORY_DAYS`).';

export const listJobs: Operation = {
  id: 'listJobs',
  tag: 'Jobs',
  summary: 'List and search jobs',
  description: `The jobs of the key's tenant that fit, those that were submitted last first. ${which} Jobs that have not ended are shown as they are now; one that does not fit any more is left out, so a page may have fewer items than \`limit\`: there are more as long as \`nextCursor\` is not null. Paging is stable while jobs arrive: none is skipped or shown twice.`,
  query: z.object({
    ...fields,
    limit: z.int().min(1).max(maxJobPage).default(defaultJobPage).describe('Most of the page.'),
    cursor: z
      .string()
      .max(500)
      .optional()
      .describe('`nextCursor` of the page before, with the same filters. Good for a day.'),
  }),
  answers: {
    200: {
      description: 'A page. `nextCursor` is the `cursor` of the next one.',
      headers: ['ETag'],
      content: json(jobPage, {
        page: { summary: 'The only page', value: { items: [summary], nextCursor: null } },
      }),
    },
  },
  problems: ['history-off'],
  conditional: true,
};

const lines = [succeededJob, failedJob].map((job) => `${JSON.stringify(job)}\n`).join('');

export const exportJobs: Operation = {
  id: 'exportJobs',
  tag: 'Jobs',
  summary: 'Export jobs',
  description: `The same as the list, but all pages at once and each job as a whole: a line of JSON (\`Job\`) each, the newest first. ${which} The server reads on as the client takes the lines. Where something fails in the middle, the connection ends before the body does.`,
  query: z.object(fields),
  answers: {
    200: {
      description: 'The jobs, as newline-delimited JSON.',
      content: {
        'application/x-ndjson': {
          schema: z.string(),
          examples: { jobs: { summary: 'Two jobs', value: lines } },
        },
      },
    },
  },
  problems: ['history-off'],
};

const bulkJobId = 'maintenance.0.01k3v9qj5c8d7e6f5g4h3j2k1m';

const bulkExample = (type: string, status: string[]) => ({
  ...queuedJob,
  id: bulkJobId,
  type,
  queue: 'maintenance',
  attempts: { made: 0, max: 20, history: [] },
  payload: {
    filter: { tenant: 'acme', type: ['image.thumbnails'], status, until: 1_788_081_124_402 },
    rate: 10,
    matched: 214,
    askedAt: 1_788_081_124_402,
  },
  tags: [],
  links: {
    self: `/jobs/${bulkJobId}`,
    events: `/jobs/${bulkJobId}/events`,
    logs: `/jobs/${bulkJobId}/logs`,
  },
});

const bulkOperation = (
  about: Pick<Operation, 'id' | 'summary' | 'description'>,
  { type, status }: { type: string; status: string[] },
): Operation => ({
  ...about,
  tag: 'Jobs',
  body: {
    schema: bulkRequest,
    examples: {
      some: {
        summary: 'Those of a filter, ten a second',
        value: { filter: { type: ['image.thumbnails'], status }, rate: 10 },
      },
      dryRun: { summary: 'How many are there?', value: { all: true, dryRun: true } },
    },
  },
  answers: {
    200: {
      description: 'A dry run: nothing was done.',
      content: json(bulkPreview, {
        preview: { summary: 'One', value: { count: 1, more: false, sample: [summary] } },
      }),
    },
    202: {
      description: 'The job that does it.',
      headers: ['Location', 'Retry-After'],
      content: json(jobResource, {
        queued: { summary: 'It waits', value: bulkExample(type, status) },
      }),
    },
  },
  problems: ['history-off'],
});

const byJob =
  'A job does it: follow it as any other, and cancel it to stop. Asking twice does nothing twice. `dryRun` only counts.';

export const cancelJobs: Operation = bulkOperation(
  {
    id: 'cancelJobs',
    summary: 'Cancel many jobs',
    description: `Cancels the jobs of the key's tenant that fit a filter and have not ended, the newest first, at a \`rate\` a second: those that have not started never will, those that are running are told to stop. ${byJob}`,
  },
  { type: 'jobs.cancel', status: ['queued', 'scheduled'] },
);

export const retryJobs: Operation = bulkOperation(
  {
    id: 'retryJobs',
    summary: 'Retry many jobs',
    description: `Runs the jobs of the key's tenant again that fit a filter and have failed, expired or been canceled, the newest first, at a \`rate\` a second. What fails again meanwhile is not retried again, and what the queue has forgotten cannot be. ${byJob}`,
  },
  { type: 'jobs.retry', status: ['failed'] },
);
