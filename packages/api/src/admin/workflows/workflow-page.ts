import type { StepResource, WorkflowResource } from '@drover/jobs/contract/workflow';
import { card, fact, jobLink, jobPath, spanOf, tagList, toQuery } from '../jobs/pieces.ts';
import { type Column, statusBadge, table } from '../shell/elements.ts';
import { type Html, html } from '../shell/html.ts';
import type { Page } from '../shell/page.ts';
import { instant } from '../shell/words.ts';
import { drawSteps } from './drawing.ts';
import type { Drawing } from './layout.ts';

/** What the page shows beside the workflow itself. */
export interface WorkflowView {
  /** Undefined: too large to be drawn. */
  drawing: Drawing | undefined;
  /** The buttons that change the workflow. */
  actions: readonly Html[];
  now: number;
}

const facts = (workflow: WorkflowResource, now: number): Html => {
  const { id, tenant, status, tags, stepCounts, createdAt, expiresAt, finishedAt } = workflow;
  return html`
<section class="card" aria-label="Facts"><div class="body"><dl class="facts many">
${fact('Status', statusBadge(status))}
${fact('Id', html`<span class="mono">${id}</span>`)}
${fact('Tenant', tenant)}
${fact('Steps ended', `${stepCounts.ended} of ${stepCounts.total}`)}
${fact('Made', instant(createdAt))}
${expiresAt !== null && fact('Expires', instant(expiresAt))}
${fact('Ended', instant(finishedAt))}
${fact('Took', spanOf(createdAt, finishedAt, now))}
${fact('Tags', tagList(tags))}
${fact('Jobs', html`<a href="/admin/jobs${toQuery({ workflow: id })}">all of this workflow</a>`)}
</dl></div></section>`;
};

const failure = ({ error, steps }: WorkflowResource): Html | undefined => {
  if (error === null) return undefined;
  const job = steps[error.step]?.job ?? error.job;
  const became = error.status === 'failed' ? 'failed' : `was ${error.status}`;
  return html`
<section class="card trouble" aria-label="Why it did not succeed">
<h2>The step <a href="${jobPath(job)}">${error.step}</a> ${became}</h2>
<div class="body"><p><code>${error.code}</code></p><p class="message">${error.message}</p></div>
</section>`;
};

type Row = StepResource & { name: string };

const columnsAt = (now: number): readonly Column<Row>[] => [
  { title: 'Step', show: ({ name, job }) => html`<a href="${jobPath(job)}">${name}</a>` },
  {
    title: 'Status',
    show: ({ status, allowFailure, error }) =>
      html`${statusBadge(status)}${allowFailure && html` <span class="dim">may fail</span>`}${
        error &&
        status !== 'canceled' &&
        html`<p class="excerpt">${error.code}: ${error.message}</p>`
      }`,
  },
  { title: 'Type', show: ({ type }) => type },
  {
    title: 'After',
    show: ({ needs, onFailure }) =>
      html`${needs.join(', ') || '–'}${
        onFailure !== null && html`<p class="excerpt">if it fails: ${onFailure}</p>`
      }`,
  },
  { title: 'Began', show: ({ startedAt }) => instant(startedAt) },
  {
    title: 'Took',
    numeric: true,
    show: ({ startedAt, finishedAt }) =>
      startedAt === null ? '–' : spanOf(startedAt, finishedAt, now),
  },
  { title: 'Job', wideOnly: true, show: ({ job }) => jobLink(job) },
];

const drawn = ({ steps }: WorkflowResource, drawing: Drawing | undefined): Html =>
  drawing
    ? html`<div class="scroll graph-frame" tabindex="0" role="region" aria-label="Drawing of the workflow">${drawSteps(drawing, steps)}</div>`
    : html`<p class="empty dim">It has too many steps and arrows to be drawn; the table has them all.</p>`;

/** One workflow: what became of it, drawn, and its steps. */
export const workflowPage = (
  workflow: WorkflowResource,
  { drawing, actions, now }: WorkflowView,
): Page => {
  const rows = Object.entries(workflow.steps).map(([name, step]) => ({ name, ...step }));
  const caption = 'The steps of the workflow, in the order in which they were given';
  return {
    title: `Workflow …${workflow.id.slice(-8)}`,
    trail: html`<a href="/admin/workflows">Workflows</a>`,
    ...(workflow.status === 'running' && { liveSeconds: 2 }),
    ...(actions.length > 0 && { actions }),
    body: html`
<div class="parts" id="workflow" data-live>
${failure(workflow)}
${facts(workflow, now)}
${card('Drawing', drawn(workflow, drawing))}
${card('Steps', table({ caption, columns: columnsAt(now), rows }))}
</div>`,
  };
};
