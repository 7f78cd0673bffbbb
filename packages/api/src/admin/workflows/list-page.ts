import { type WorkflowSummary, workflowStatuses } from '@drover/jobs/contract/workflow';
import { pager, tagList, tenantField, toQuery, workflowPath } from '../jobs/pieces.ts';
import { type Column, statusBadge, table } from '../shell/elements.ts';
import { type Html, html } from '../shell/html.ts';
import type { Page } from '../shell/page.ts';
import { instant } from '../shell/words.ts';

/** What the list is asked for; in the address, too. */
export interface WorkflowSearch {
  status?: WorkflowSummary['status'] | undefined;
  tenant?: string | undefined;
  before?: string | undefined;
}

const path = '/admin/workflows';

const statusLinks = ({ status, tenant }: WorkflowSearch): Html => {
  const link = (name: WorkflowSearch['status'], title: string) =>
    html`<li><a href="${path}${toQuery({ status: name, tenant })}"${name === status && html` aria-current="true"`}>${title}</a></li>`;
  return html`<ul class="choice" aria-label="Status">${link(undefined, 'all')}${workflowStatuses.map((name) => link(name, name))}</ul>`;
};

const columns: readonly Column<WorkflowSummary>[] = [
  { title: 'Status', show: ({ status }) => statusBadge(status) },
  {
    title: 'Workflow',
    show: ({ id, error, tags }) =>
      html`<a class="mono" href="${workflowPath(id)}">${id}</a> ${tagList(tags)}${
        error && html`<p class="excerpt">${error.step}: ${error.message}</p>`
      }`,
  },
  { title: 'Tenant', show: ({ tenant }) => tenant },
  {
    title: 'Steps ended',
    numeric: true,
    show: ({ stepCounts: { ended, total } }) => `${ended} of ${total}`,
  },
  { title: 'Made', show: ({ createdAt }) => instant(createdAt) },
  { title: 'Ended', show: ({ finishedAt }) => instant(finishedAt) },
];

/** The workflows, the newest first. */
export const workflowListPage = (
  search: WorkflowSearch,
  found: { items: readonly WorkflowSummary[]; next: string | null },
  tenants: readonly string[],
): Page => {
  const { status, tenant, before } = search;
  return {
    title: 'Workflows',
    liveSeconds: 5,
    actions: statusLinks(search),
    body: html`
<form class="filters" method="get" action="${path}">
${status && html`<input type="hidden" name="status" value="${status}">`}
${tenantField(tenant, tenants)}
<button class="button">Show</button>
</form>
<div class="card" id="workflows" data-live>
${table({ caption: 'Workflows, the newest first', columns, rows: found.items, empty: 'There is no such workflow.' })}
${pager([
  ['Newest', before !== undefined && path + toQuery({ status, tenant })],
  ['Older', found.next !== null && path + toQuery({ status, tenant, before: found.next })],
])}
</div>`,
  };
};
