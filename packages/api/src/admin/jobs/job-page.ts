import { isTerminal } from '@drover/jobs/contract/job-resource';
import type { Operator } from '../../auth/admin-pages.ts';
import { writeButton } from '../shell/elements.ts';
import { type Content, html } from '../shell/html.ts';
import type { Page } from '../shell/page.ts';
import { artifactsIn } from './artifacts.ts';
import { artifacts, attempts, deliveries, logs, values } from './job-details.ts';
import { facts, trouble } from './job-facts.ts';
import { card, jobPath } from './pieces.ts';
import type { ShownJob } from './read-job.ts';
import { timelineFigure } from './timeline-figure.ts';

const buttons = (operator: Operator, { resource, possible }: ShownJob): Content => {
  const path = jobPath(resource.id);
  return [
    possible.cancel &&
      writeButton(operator, {
        action: `${path}/cancel`,
        label: 'Cancel',
        tone: 'danger',
        confirm: 'A job that waits never runs; one that runs is told to stop.',
      }),
    possible.redrive && html`<a class="button" href="${path}/redrive">Edit and redrive…</a>`,
    possible.retry &&
      writeButton(operator, { action: `${path}/retry`, label: 'Retry', tone: 'primary' }),
    possible.redrive &&
      writeButton(operator, {
        action: `${path}/discard`,
        label: 'Discard',
        tone: 'danger',
        confirm: 'The job and its dead letter will be gone for ever.',
      }),
  ];
};

/** A job: how it stands, why, what it was given and what came of it. */
export const jobPage = (
  job: ShownJob,
  { operator, now }: { operator: Operator; now: number },
): Page => {
  const { resource, isRecorded } = job;
  const { type, status, result, id } = resource;
  return {
    title: type,
    trail: html`<a href="/admin/jobs">Jobs</a> / <span class="mono">${id}</span>`,
    ...(!isTerminal(status) && !isRecorded && { liveSeconds: 2 }),
    actions: html`<span class="row" id="actions" data-live>${buttons(operator, job)}</span>`,
    body: html`
<div class="parts" id="job" data-live>
${isRecorded && html`<p class="flash">The queue has forgotten this job; this is what the history knows of it.</p>`}
${trouble(resource)}
${facts(job, now)}
${card('Timeline', timelineFigure(resource, now))}
${attempts(job)}
${values(resource)}
${artifacts(artifactsIn(result))}
${deliveries(job.deliveries)}
${logs(job)}
</div>`,
  };
};
