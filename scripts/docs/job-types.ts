import { jobTypes } from '../../packages/jobs/src/catalog.ts';
import type { JobType } from '../../packages/jobs/src/definition/define-job.ts';
import { queues } from '../../packages/jobs/src/definition/queues.ts';
import { describeDuration } from '../../packages/shared/src/duration.ts';
import { type JsonSchema, limitsOf, notationOf } from './json-schema.ts';
import { code, generatedFrom, page, table } from './markdown.ts';

const intro = `The job types that ship with Drover. \`GET /job-types\` tells the same of a running system, with the
full JSON Schema of each payload and result. Types marked _demonstration_ are not there when
\`NODE_ENV=production\`. To add one, see [Add a job type](../guides/add-a-job-type.md).

Types are written as in TypeScript; \`email\` and \`URL\` are strings of that form. A field with \`?\`
may be left out, and a payload may have no fields but those listed here.

Each type names a queue. These are the queues, with the number of jobs that one worker process runs
at once; \`CONCURRENCY\` changes it.`;

const queueTable = (): string =>
  table(
    ['Queue', 'Jobs at once'],
    Object.entries(queues).map(([name, { concurrency }]) => [code(name), String(concurrency)]),
  );

const retryOf = ({ attempts, backoff: { kind, delay, max, jitter } }: JobType['retry']): string => {
  const wait =
    kind === 'fixed'
      ? `${describeDuration(delay)} between them`
      : `${describeDuration(delay)} after the first failure, then twice as long each time, up to ${describeDuration(max)}`;
  return `${attempts} attempts; ${wait}; up to ${jitter * 100} % less at random`;
};

const notesOf = (field: JsonSchema): string =>
  [
    ...(field.description ? [field.description] : []),
    ...limitsOf(field),
    ...(field.default === undefined ? [] : [`default ${code(JSON.stringify(field.default))}`]),
  ].join('; ');

const fieldTable = ({ properties = {}, required = [] }: JsonSchema): string =>
  table(
    ['Field', 'Type', 'Notes'],
    Object.entries(properties).map(([name, field]) => [
      code(`${name}${required.includes(name) ? '' : '?'}`),
      code(notationOf(field)),
      notesOf(field),
    ]),
  );

const sectionOf = (job: JobType): string[] => [
  `## ${code(job.type)}`,
  job.summary + (job.demo ? ' _Demonstration._' : ''),
  [
    `- Queue: ${code(job.queue)}`,
    ...(job.role === 'submit'
      ? []
      : [`- Submitted with the roles: ${code('submit')} and ${code(job.role)}`]),
    `- Timeout of an attempt: ${describeDuration(job.timeoutMs)}`,
    `- Retry: ${retryOf(job.retry)}`,
  ].join('\n'),
  'Payload:',
  fieldTable(job.payload.toJSONSchema({ io: 'input' }) as JsonSchema),
  'Result:',
  fieldTable(job.result.toJSONSchema({ io: 'output' }) as JsonSchema),
];

/** docs/reference/job-types.md */
export const jobTypesPage = (): string =>
  page(
    generatedFrom('packages/jobs/src'),
    '# Job types',
    intro,
    queueTable(),
    ...jobTypes.flatMap(sectionOf),
  );
