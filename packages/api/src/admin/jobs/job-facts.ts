import { isTerminal, type JobResource } from '@drover/jobs/contract/job-resource';
import { schedulePath } from '../schedules/list-page.ts';
import { statusBadge } from '../shell/elements.ts';
import { type Html, html } from '../shell/html.ts';
import { instant } from '../shell/words.ts';
import { fact, spanOf, tagList, toQuery, workflowPath } from './pieces.ts';
import type { ShownJob } from './read-job.ts';

/** Why a job, or its latest attempt, failed. */
export const trouble = ({ error, status }: JobResource): Html | false =>
  error !== null &&
  html`
<section class="card trouble" aria-label="Error">
<h2>${isTerminal(status) ? 'Why it did not succeed' : 'Why its latest attempt failed'}</h2>
<div class="body"><p><code>${error.code}</code> <span class="dim">in attempt ${error.attempt}${!error.retryable && ', not worth another one'}</span></p>
<p class="message">${error.message}</p></div>
</section>`;

const progress = ({ status, progress: part }: JobResource): Html | false =>
  status === 'running' &&
  html`<progress value="${part}" max="1" aria-label="Progress"></progress> ${Math.round(part * 100)} %`;

/** How a job stands, and what it belongs to. */
export const facts = ({ resource, schedule, traceId }: ShownJob, now: number): Html => {
  const { id, tenant, type, queue, status, priority, tags, attempts, workflow } = resource;
  const { createdAt, startedAt, finishedAt, runAt } = resource;
  return html`
<section class="card" aria-label="Facts"><div class="body"><dl class="facts many">
${fact('Status', html`${statusBadge(status)} ${progress(resource)}`)}
${fact('Id', html`<span class="mono">${id}</span>`)}
${fact('Type', html`<a href="/admin/jobs${toQuery({ type })}">${type}</a>`)}
${fact('Queue', html`${queue}, priority ${priority}`)}
${fact('Tenant', tenant)}
${fact('Attempts', `${attempts.made} of ${attempts.max}`)}
${fact('Submitted', instant(createdAt))}
${['scheduled', 'retrying'].includes(status) && fact('Due', instant(runAt))}
${startedAt !== null && fact('Began', instant(startedAt))}
${finishedAt !== null && fact('Ended', html`${instant(finishedAt)} <span class="dim">${spanOf(createdAt, finishedAt, now)} after its submission</span>`)}
${fact('Tags', tagList(tags))}
${workflow && fact('Workflow', html`step ${workflow.step} of <a class="mono" href="${workflowPath(workflow.id)}">${workflow.id}</a>`)}
${schedule && fact('Schedule', html`<a href="${schedulePath(schedule)}">${schedule.id}</a>`)}
${traceId !== undefined && fact('Trace', html`<span class="mono">${traceId}</span>`)}
</dl></div></section>`;
};
