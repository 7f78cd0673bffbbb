import { z } from 'zod';
import { json, type Operation } from '../operation.ts';

const milliseconds = z.int().min(0).describe('Milliseconds');

const jsonSchema = z.record(z.string(), z.unknown()).describe('JSON Schema 2020-12');

const jobType = z
  .strictObject({
    type: z.string(),
    queue: z.string(),
    summary: z.string(),
    role: z
      .enum(['submit', 'operate'])
      .describe('What a key needs to submit it: `operate` is needed beside `submit`'),
    payload: jsonSchema,
    result: jsonSchema,
    defaults: z.strictObject({
      attempts: z.int(),
      backoff: z.strictObject({
        kind: z.enum(['fixed', 'exponential']),
        delay: milliseconds,
        max: milliseconds,
        jitter: z.number(),
      }),
      timeout: milliseconds,
      priority: z.int(),
      expiresIn: milliseconds.nullable().describe('Milliseconds; null for never'),
      retention: milliseconds.nullable().describe('Milliseconds; null for the server’s own'),
    }),
    links: z.strictObject({ self: z.string() }),
  })
  .meta({ id: 'JobType', description: 'A kind of job that can be submitted.' });

const echo = {
  type: 'demo.echo',
  queue: 'demo',
  summary: 'Return the value that was sent: the smallest job there is.',
  role: 'submit',
  payload: { type: 'object', properties: { value: {} }, required: ['value'] },
  result: { type: 'object', properties: { value: {} }, required: ['value'] },
  defaults: {
    attempts: 3,
    backoff: { kind: 'exponential', delay: 1_000, max: 600_000, jitter: 0.2 },
    timeout: 300_000,
    priority: 5,
    expiresIn: null,
    retention: null,
  },
  links: { self: '/job-types/demo.echo' },
};

export const listJobTypes: Operation = {
  id: 'listJobTypes',
  tag: 'Job types',
  summary: 'List the job types',
  description: 'The catalog: every job type, with the schemas of its payload and its result.',
  answers: {
    200: {
      description: 'All job types.',
      headers: ['ETag'],
      content: json(z.strictObject({ items: z.array(jobType) }).meta({ id: 'JobTypeList' }), {
        types: { summary: 'One type', value: { items: [echo] } },
      }),
    },
  },
  problems: [],
  conditional: true,
};

export const readJobType: Operation = {
  id: 'readJobType',
  tag: 'Job types',
  summary: 'Read a job type',
  description: 'One job type, with the schemas of its payload and its result.',
  params: z.object({
    type: z
      .string()
      .describe('The name of the type.')
      .meta({ examples: ['demo.echo'] }),
  }),
  answers: {
    200: {
      description: 'The job type.',
      headers: ['ETag'],
      content: json(jobType, { type: { summary: 'A type', value: echo } }),
    },
  },
  problems: ['job-type-not-found'],
  conditional: true,
};
