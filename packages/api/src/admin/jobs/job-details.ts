import type { LogLine } from '@drover/jobs/contract/job-events';
import type { AttemptRecord, JobResource } from '@drover/jobs/contract/job-resource';
import type { ListedDelivery } from '@drover/jobs/webhooks/list';
import { type Column, emptyNote, statusBadge, table } from '../shell/elements.ts';
import { type Html, html } from '../shell/html.ts';
import { count, duration, instant } from '../shell/words.ts';
import type { ArtifactReference } from './artifacts.ts';
import { card, codeBlock, jobLink, jobPath, jsonText } from './pieces.ts';
import type { ShownJob } from './read-job.ts';

const attemptColumns = (stacks: ShownJob['stacks']): readonly Column<AttemptRecord>[] => [
  { title: 'Attempt', numeric: true, show: ({ attempt }) => attempt },
  { title: 'Outcome', show: ({ outcome }) => statusBadge(outcome) },
  {
    title: 'What happened',
    show: ({ attempt, code, message }) => {
      const stack = stacks.get(attempt);
      return html`${code !== null && html`<code>${code}</code>`} ${message}${
        stack !== undefined &&
        html`<details id="stack-${attempt}"><summary>Stack</summary>${codeBlock(stack, `Stack of attempt ${attempt}`)}</details>`
      }`;
    },
  },
  { title: 'Began', show: ({ startedAt }) => instant(startedAt) },
  {
    title: 'Took',
    numeric: true,
    show: ({ durationMs }) => (durationMs === null ? '–' : duration(durationMs)),
  },
  { title: 'Worker', wideOnly: true, show: ({ worker }) => worker ?? '–' },
];

/** Every attempt that is over, with its stack as far as it is kept. */
export const attempts = ({ resource: { attempts: made }, stacks }: ShownJob): Html | false =>
  made.history.length > 0 &&
  card(
    'Attempts',
    table({
      caption: 'Attempts, the oldest first',
      columns: attemptColumns(stacks),
      rows: made.history,
    }),
  );

/** The files that a job made. */
export const artifacts = (files: readonly ArtifactReference[]): Html | false =>
  files.length > 0 &&
  card(
    'Artifacts',
    table({
      caption: 'Files that the job made',
      columns: [
        {
          title: 'File',
          show: ({ job, name }: ArtifactReference) =>
            html`<a href="${jobPath(job)}/artifacts/${encodeURIComponent(name)}">${name}</a>`,
        },
        { title: 'Kind', show: ({ mediaType }: ArtifactReference) => mediaType },
        { title: 'Bytes', numeric: true, show: ({ size }: ArtifactReference) => count(size) },
      ],
      rows: files,
    }),
  );

const deliveryColumns: readonly Column<ListedDelivery>[] = [
  { title: 'Delivery', show: ({ id }) => jobLink(id) },
  { title: 'Status', show: ({ status }) => statusBadge(status) },
  { title: 'Event', show: ({ event }) => event },
  { title: 'Requests', numeric: true, show: (delivery) => delivery.attempts },
  { title: 'Made', show: ({ createdAt }) => instant(createdAt) },
];

/** Who was told of the end of a job. */
export const deliveries = (rows: readonly ListedDelivery[]): Html | false =>
  rows.length > 0 &&
  card(
    'Webhook deliveries',
    table({ caption: 'Who was told of its end', columns: deliveryColumns, rows }),
  );

const line = ({ at, level, message, fields }: LogLine): Html =>
  html`<span class="line level-${level}"><span class="dim">${at.slice(11, 23)}</span> ${level} ${message}${
    fields && html` <span class="dim">${JSON.stringify(fields)}</span>`
  }</span>
`;

/** What a job has written. */
export const logs = ({ logs: { lines, total }, resource, isRecorded }: ShownJob): Html => {
  const beside =
    lines.length < total &&
    html`<span class="dim">the latest ${count(lines.length)} of ${count(total)}, <a href="${jobPath(resource.id)}?logs=all#logs">all that are kept</a></span>`;
  const none = isRecorded
    ? 'Logs are kept as long as the job is in its queue.'
    : 'It has logged nothing.';
  return card(
    'Log, the latest first',
    lines.length === 0
      ? emptyNote(none)
      : html`<pre class="code log" id="logs" tabindex="0" role="region" aria-label="Log lines">${lines.toReversed().map(line)}</pre>`,
    beside,
  );
};

/** What a job was given and what came of it. */
export const values = ({ payload, result, status }: JobResource): Html => html`
<div class="grid">
${card('Payload', codeBlock(jsonText(payload), 'Payload'))}
${status === 'succeeded' && card('Result', codeBlock(jsonText(result), 'Result'))}
</div>`;
