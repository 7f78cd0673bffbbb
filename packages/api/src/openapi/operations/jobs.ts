import { batchResult } from '@drover/jobs/contract/batch-result';
import { logPage } from '@drover/jobs/contract/job-events';
import { jobResource } from '@drover/jobs/contract/job-resource';
import { batchSubmission, maxBatch, submission } from '@drover/jobs/contract/submission';
import { z } from 'zod';
import { maxWaitSeconds } from '../../jobs/prefer.ts';
import { type Examples, json, type Operation } from '../operation.ts';
import { canceledJob, failedJob, queuedJob, runningJob, succeededJob } from './examples.ts';

/** The path parameter of all that is about one job. */
export const jobParams = z.object({
  id: z
    .string()
    .describe('The `id` of the job, as its submission was answered.')
    .meta({ examples: [queuedJob.id] }),
});

export const prefer = z
  .string()
  .optional()
  .describe(
    `\`wait=N\` holds the answer until the job has finished, for N seconds at most (${maxWaitSeconds} at most); \`respond-async\`, the default, answers at once (RFC 7240).`,
  )
  .meta({ examples: ['wait=30'] });

export const idempotencyKey = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\x20-\x7e]+$/)
  .optional()
  .describe(
    'Names what is to be done, for 24 hours: the same key with the same body makes one job, however often it is sent. Best a UUID, with or without quotes (draft-ietf-httpapi-idempotency-key-header-07).',
  )
  .meta({ examples: ['8e03978e-40d5-43dd-bc93-6894a57f9324'] });

export const ifNoneMatch = z
  .string()
  .optional()
  .describe('An `ETag` that the client has: the answer is `304` while it is true.');

const submissions: Examples = {
  smallest: {
    summary: 'The smallest submission',
    value: { type: queuedJob.type, payload: queuedJob.payload },
  },
  options: {
    summary: 'With options',
    value: {
      type: 'email.send',
      payload: { to: 'ada@example.com', subject: 'Your order', text: 'It is on its way.' },
      options: {
        priority: 2,
        delay: '10m',
        attempts: 8,
        tags: ['order-4711'],
        dedupe: { key: 'order-4711-shipped', mode: 'until-finished' },
      },
    },
  },
};

export const submitJob: Operation = {
  id: 'submitJob',
  tag: 'Jobs',
  summary: 'Submit a job',
  description:
    'Takes one job in. `202` means that the store holds it, on disk: it will be done whatever is restarted meanwhile. Whether it has been done says its address, `Location`.',
  headers: z.object({ 'Idempotency-Key': idempotencyKey, Prefer: prefer }),
  body: { schema: submission, examples: submissions },
  answers: {
    200: {
      description: 'The job has finished within the time of `Prefer: wait`, well or not.',
      headers: ['Location', 'Preference-Applied', 'Idempotency-Replayed', 'Deduplicated'],
      content: json(jobResource, {
        succeeded: { summary: 'It has succeeded', value: succeededJob },
        failed: { summary: 'It has failed', value: failedJob },
      }),
    },
    202: {
      description: 'The job is accepted, and not finished.',
      headers: [
        'Location',
        'Retry-After',
        'Preference-Applied',
        'Idempotency-Replayed',
        'Deduplicated',
      ],
      content: json(jobResource, { queued: { summary: 'It waits', value: queuedJob } }),
    },
  },
  problems: [
    'invalid-idempotency-key',
    'idempotency-conflict',
    'job-gone',
    'unknown-job-type',
    'rate-limited',
  ],
};

export const submitBatch: Operation = {
  id: 'submitBatch',
  tag: 'Jobs',
  summary: 'Submit many jobs',
  description: `Takes up to ${maxBatch} jobs in, each with an outcome of its own: \`items\` has them in the order of the request. An \`Idempotency-Key\` holds for each item, by its place in the list. A batch costs as many submissions as it has valid items.`,
  headers: z.object({ 'Idempotency-Key': idempotencyKey }),
  body: {
    schema: batchSubmission,
    examples: {
      two: {
        summary: 'Two jobs',
        value: { jobs: [submissions['smallest']?.value, submissions['options']?.value] },
      },
    },
  },
  answers: {
    202: {
      description: 'All are accepted.',
      content: json(batchResult, {
        accepted: {
          summary: 'All are accepted',
          value: { accepted: 1, rejected: 0, items: [{ status: 202, job: queuedJob }] },
        },
      }),
    },
    207: {
      description: 'Some are accepted, some are not.',
      content: json(batchResult, {
        mixed: {
          summary: 'One of two is accepted',
          value: {
            accepted: 1,
            rejected: 1,
            items: [
              { status: 202, job: queuedJob },
              {
                status: 422,
                problem: {
                  type: '/problems/unknown-job-type',
                  title: 'There is no such job type',
                  status: 422,
                  detail:
                    'There is no job type "email.sent". Did you mean "email.send"? GET /job-types lists all.',
                  instance: '/jobs/batch',
                  errors: [
                    { pointer: '/jobs/1/type', message: 'There is no job type "email.sent".' },
                  ],
                },
              },
            ],
          },
        },
      }),
    },
    422: {
      description: 'None is accepted: `items` says why. A body that is no batch is a problem.',
      content: json(batchResult),
    },
  },
  problems: ['invalid-idempotency-key', 'idempotency-conflict', 'rate-limited'],
};

export const readJob: Operation = {
  id: 'readJob',
  tag: 'Jobs',
  summary: 'Read a job',
  description:
    'The job as it stands now. That a _job_ has failed is no error of this call. Without `Prefer: wait`, poll it as `Retry-After` says, or follow `links.events`.',
  params: jobParams,
  headers: z.object({ Prefer: prefer, 'If-None-Match': ifNoneMatch }),
  answers: {
    200: {
      description: 'The job. One that has succeeded never changes, and may be kept.',
      headers: ['ETag', 'Retry-After', 'Preference-Applied'],
      content: json(jobResource, {
        queued: { summary: 'It waits', value: queuedJob },
        running: { summary: 'A worker does it', value: runningJob },
        succeeded: { summary: 'It has succeeded', value: succeededJob },
        failed: { summary: 'It has failed', value: failedJob },
      }),
    },
  },
  problems: ['job-not-found'],
  conditional: true,
};

const events = `event: status
id: 1-0.queued
data: {"id":"${queuedJob.id}","status":"running", …}

event: progress
id: 1-0.running
data: {"progress":0.5,"note":"200.webp"}

event: log
id: 1-1.running
data: {"seq":1,"at":"2026-08-30T09:12:04.402Z","level":"info","message":"step 1 of 2"}
`;

export const followJob: Operation = {
  id: 'followJob',
  tag: 'Jobs',
  summary: 'Follow a job',
  description:
    'What happens to the job, as Server-Sent Events: `status` (data: `Job`) at first and after every change, `progress` (`JobProgress`), and `log` (`LogLine`). Every event has an opaque `id`: a client that connects again with `Last-Event-ID` misses nothing. Comments keep a silent stream alive. The stream ends after the `status` that is final; who connects again then gets `204`, which tells an `EventSource` to stop.',
  params: jobParams,
  headers: z.object({
    'Last-Event-ID': z
      .string()
      .optional()
      .describe('The `id` of the last event that the client has seen.'),
  }),
  answers: {
    200: {
      description: 'The stream.',
      content: {
        'text/event-stream': {
          schema: z.string(),
          examples: { stream: { summary: 'Three events', value: events } },
        },
      },
    },
    204: { description: 'The job has finished, and the client has seen all.' },
  },
  problems: ['job-not-found'],
};

export const readJobLogs: Operation = {
  id: 'readJobLogs',
  tag: 'Jobs',
  summary: 'Read what a job has logged',
  description: 'The lines that the job wrote, oldest first, page by page.',
  params: jobParams,
  query: z.object({
    after: z.int().min(0).max(999_999_999).default(0).describe('Lines after this `seq`.'),
    limit: z.int().min(1).max(1_000).default(100).describe('Most lines of the page.'),
  }),
  headers: z.object({ 'If-None-Match': ifNoneMatch }),
  answers: {
    200: {
      description: 'A page. `nextAfter` is the `after` of the next one.',
      headers: ['ETag'],
      content: json(logPage, {
        page: {
          summary: 'The only page',
          value: {
            items: [
              { seq: 1, at: '2026-08-30T09:12:04.402Z', level: 'info', message: 'step 1 of 2' },
            ],
            nextAfter: null,
          },
        },
      }),
    },
  },
  problems: ['job-not-found'],
  conditional: true,
};

export const cancelJob: Operation = {
  id: 'cancelJob',
  tag: 'Jobs',
  summary: 'Cancel a job',
  description:
    'A job that has not started never will. One that is running is told to stop, wherever it runs; its worker decides when.',
  params: jobParams,
  answers: {
    200: {
      description: 'The job is canceled.',
      headers: ['Location'],
      content: json(jobResource, { canceled: { summary: 'Canceled', value: canceledJob } }),
    },
    202: {
      description: 'The job is running, and was told to stop.',
      headers: ['Location'],
      content: json(jobResource, { running: { summary: 'Still running', value: runningJob } }),
    },
  },
  problems: ['job-not-found', 'job-finished'],
};

export const retryJob: Operation = {
  id: 'retryJob',
  tag: 'Jobs',
  summary: 'Run a job again',
  description:
    'Puts a job that has failed, expired or been canceled back into its queue, under the same id, with all its attempts. If it is a step of a workflow, the workflow goes on from there, as soon as what its end has canceled is over. It costs as much as a submission.',
  params: jobParams,
  answers: {
    202: {
      description: 'The job waits again.',
      headers: ['Location'],
      content: json(jobResource, { queued: { summary: 'It waits', value: queuedJob } }),
    },
  },
  problems: ['job-not-found', 'job-not-retryable', 'rate-limited'],
};
