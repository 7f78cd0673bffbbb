import {
  maxSteps,
  type StepResource,
  type WorkflowResource,
  type WorkflowSummary,
  workflowList,
  workflowResource,
  workflowStatus,
  workflowSubmission,
} from '@drover/jobs/contract/workflow';
import { z } from 'zod';
import { type Examples, json, type Operation } from '../operation.ts';
import { idempotencyKey, ifNoneMatch, prefer } from './jobs.ts';

const id = 'workflow.0.01k3v9m8x7e6t5r4w3q2p1n0zz';

const params = z.object({
  id: z
    .string()
    .describe('The `id` of the workflow, as its submission was answered.')
    .meta({ examples: [id] }),
});

const maxPage = 200;

/** Parameters of `GET /workflows`. */
export const workflowQuery = z.strictObject({
  status: workflowStatus.optional().describe('Only workflows of this status.'),
  cursor: z
    .string()
    .regex(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/, 'expected nextCursor of another page')
    .optional()
    .describe('`nextCursor` of the page before.'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(maxPage)
    .default(50)
    .describe('Most workflows of the page.'),
});

const step = (type: string, job: string, more: Partial<StepResource>): StepResource => ({
  type,
  status: 'blocked',
  needs: [],
  allowFailure: false,
  onFailure: null,
  job,
  result: null,
  resultOmitted: false,
  error: null,
  startedAt: null,
  finishedAt: null,
  links: { job: `/jobs/${job}` },
  ...more,
});

const summary: WorkflowSummary = {
  id,
  tenant: 'acme',
  status: 'running',
  error: null,
  tags: ['catalog'],
  stepCounts: { total: 2, ended: 1 },
  createdAt: '2026-08-30T09:12:04.113Z',
  expiresAt: null,
  finishedAt: null,
  links: { self: `/workflows/${id}`, events: `/workflows/${id}/events` },
};

const optimized = 'media.0.01k3v9m8x7e6t5r4w3q2p1n0zv';
const notified = 'mail.0.01k3v9m8x7e6t5r4w3q2p1n0zw';

const running: WorkflowResource = {
  ...summary,
  steps: {
    optimize: step('image.optimize', optimized, {
      status: 'succeeded',
      result: {
        artifact: {
          job: optimized,
          name: 'image.webp',
          size: 18_284,
          mediaType: 'image/webp',
          url: `/jobs/${optimized}/artifacts/image.webp`,
        },
      },
      startedAt: '2026-08-30T09:12:04.131Z',
      finishedAt: '2026-08-30T09:12:04.689Z',
    }),
    notify: step('email.send', notified, { status: 'queued', needs: ['optimize'] }),
  },
  mermaid:
    'flowchart TD\n  s0["optimize<br/>image.optimize"]:::succeeded\n  s1["notify<br/>email.send"]:::queued\n  s0 --> s1\n',
};

const submitted: WorkflowResource = {
  ...running,
  stepCounts: { total: 2, ended: 0 },
  steps: {
    optimize: step('image.optimize', optimized, { status: 'queued' }),
    notify: step('email.send', notified, { needs: ['optimize'] }),
  },
  mermaid:
    'flowchart TD\n  s0["optimize<br/>image.optimize"]:::queued\n  s1["notify<br/>email.send"]:::blocked\n  s0 --> s1\n',
};

const canceled: WorkflowResource = {
  ...submitted,
  status: 'canceled',
  stepCounts: { total: 2, ended: 2 },
  finishedAt: '2026-08-30T09:12:04.689Z',
  steps: {
    optimize: step('image.optimize', optimized, { status: 'canceled' }),
    notify: step('email.send', notified, { status: 'canceled', needs: ['optimize'] }),
  },
};

const source = { url: 'https://example.com/cat.png' };
const optimize = { type: 'image.optimize', payload: { source, format: 'webp' } };
const email = {
  to: 'ada@example.com',
  subject: 'Your picture',
  text: { $result: 'optimize/artifact/url' },
};

const submissions: Examples = {
  graph: {
    summary: 'Two steps, the second of which takes a part of the result of the first',
    value: {
      steps: {
        optimize,
        notify: { type: 'email.send', payload: email, needs: ['optimize'] },
      },
    },
  },
  chain: {
    summary: 'One after another',
    value: {
      chain: [
        { name: 'optimize', ...optimize },
        { type: 'email.send', payload: email },
      ],
    },
  },
  group: {
    summary: 'Side by side, then one more',
    value: {
      group: [200, 400].map((width) => ({
        type: 'image.thumbnails',
        payload: { source, widths: [width] },
      })),
      // biome-ignore lint/suspicious/noThenProperty: the contract's word for what comes after a group
      then: { type: 'demo.echo', payload: { value: 'done' } },
      expiresIn: '1h',
      tags: ['catalog'],
    },
  },
};

export const submitWorkflow: Operation = {
  id: 'submitWorkflow',
  tag: 'Workflows',
  summary: 'Submit a workflow',
  description: `Takes in up to ${maxSteps} jobs that need one another: any graph without cycles. \`202\` means that the store holds all of them, on disk. Each step is an ordinary job; it begins as soon as all that it needs has ended well. It costs as many submissions as it has steps.`,
  headers: z.object({ 'Idempotency-Key': idempotencyKey, Prefer: prefer }),
  body: { schema: workflowSubmission, examples: submissions },
  uniqueNames: true,
  answers: {
    200: {
      description: 'The workflow has ended within the time of `Prefer: wait`, well or not.',
      headers: ['Location', 'Preference-Applied', 'Idempotency-Replayed'],
      content: json(workflowResource, { canceled: { summary: 'Canceled', value: canceled } }),
    },
    202: {
      description: 'The workflow is accepted, and has not ended.',
      headers: ['Location', 'Retry-After', 'Preference-Applied', 'Idempotency-Replayed'],
      content: json(workflowResource, { submitted: { summary: 'Submitted', value: submitted } }),
    },
  },
  problems: [
    'invalid-idempotency-key',
    'idempotency-conflict',
    'workflow-gone',
    'unknown-job-type',
    'rate-limited',
  ],
};

export const listWorkflows: Operation = {
  id: 'listWorkflows',
  tag: 'Workflows',
  summary: 'List workflows',
  description: 'The newest first, page by page, without their steps.',
  query: workflowQuery,
  headers: z.object({ 'If-None-Match': ifNoneMatch }),
  answers: {
    200: {
      description: 'A page.',
      headers: ['ETag'],
      content: json(workflowList, {
        page: { summary: 'The only page', value: { items: [summary], nextCursor: null } },
      }),
    },
  },
  problems: [],
  conditional: true,
};

export const readWorkflow: Operation = {
  id: 'readWorkflow',
  tag: 'Workflows',
  summary: 'Read a workflow',
  description:
    'The workflow as it stands now, with every step and a drawing in Mermaid. That a _workflow_ has failed is no error of this call. It can be read for as long as a job that ended as it did.',
  params,
  headers: z.object({ Prefer: prefer, 'If-None-Match': ifNoneMatch }),
  answers: {
    200: {
      description: 'The workflow.',
      headers: ['ETag', 'Retry-After', 'Preference-Applied'],
      content: json(workflowResource, { running: { summary: 'It runs', value: running } }),
    },
  },
  problems: ['workflow-not-found'],
  conditional: true,
};

const events = `event: step
id: r.1d1b
data: {"step":"optimize","status":"succeeded", …}

event: step
id: r.1d1q
data: {"step":"notify","status":"queued", …}

event: status
id: d.2d
data: {"id":"${id}","status":"succeeded", …}
`;

export const followWorkflow: Operation = {
  id: 'followWorkflow',
  tag: 'Workflows',
  summary: 'Follow a workflow',
  description:
    'What happens to the workflow, as Server-Sent Events: `step` (data: `WorkflowStepEvent`) for every status of a step and `status` (`WorkflowSummary`) for every status of the workflow, at first and after every change. Every event has an opaque `id`: a client that connects again with `Last-Event-ID` hears of each change once. The stream ends after the `status` that is final; who connects again then gets `204`.',
  params,
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
    204: { description: 'The workflow has ended, and the client has seen all.' },
  },
  problems: ['workflow-not-found'],
};

export const cancelWorkflow: Operation = {
  id: 'cancelWorkflow',
  tag: 'Workflows',
  summary: 'Cancel a workflow',
  description:
    'Steps that wait never start; those that run are told to stop, wherever they run. The workflow is `canceled` as soon as all have ended.',
  params,
  answers: {
    200: {
      description: 'Nothing of it runs any more.',
      headers: ['Location'],
      content: json(workflowResource, { canceled: { summary: 'Canceled', value: canceled } }),
    },
    202: {
      description: 'Some of its steps run, and were told to stop.',
      headers: ['Location'],
      content: json(workflowResource, { running: { summary: 'Still running', value: running } }),
    },
  },
  problems: ['workflow-not-found', 'workflow-finished'],
};
