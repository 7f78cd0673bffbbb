import type { JobPage, JobSummary } from '@drover/jobs/contract/job-list';
import { isTerminal, jobStatuses } from '@drover/jobs/contract/job-resource';
import { queueNames } from '@drover/jobs/definition/queues';
import { type Column, statusBadge, table } from '../shell/elements.ts';
import { type Html, html } from '../shell/html.ts';
import type { Page } from '../shell/page.ts';
import { instant } from '../shell/words.ts';
import type { JobSearch } from './filter.ts';
import {
  card,
  choiceField,
  jobPath,
  pager,
  spanOf,
  tagList,
  tenantField,
  textField,
  toQuery,
} from './pieces.ts';

export const path = '/admin/jobs';

/** What the fields of the filter propose. */
export interface Choices {
  tenants: readonly string[];
  types: readonly string[];
}

const statusBoxes = ({ status }: JobSearch): Html => html`
<fieldset class="statuses"><legend>Status</legend>${jobStatuses.map(
  (name) =>
    html`<label><input type="checkbox" name="status" value="${name}"${status?.includes(name) && html` checked`}> ${name}</label>`,
)}</fieldset>`;

/** Fields that few searches need, folded unless one of them is used. */
const moreFields = (search: JobSearch): Html => {
  const { tag, code, workflow, schedule, since, until } = search;
  const isUsed = [tag, code, workflow, schedule, since, until].some((value) => value !== undefined);
  return html`
<details class="more"${isUsed && html` open`}><summary>More</summary><div class="filters">
${textField({ name: 'since', label: 'Submitted since', value: since, placeholder: '24h' })}
${textField({ name: 'until', label: 'Submitted before', value: until, placeholder: '2026-01-31T08:00' })}
${textField({ name: 'tag', label: 'Tags, all of them', value: tag?.join(', ') })}
${textField({ name: 'code', label: 'Error code', value: code?.join(', ') })}
${textField({ name: 'workflow', label: 'Workflow', value: workflow })}
${textField({ name: 'schedule', label: 'Schedule', value: schedule })}
</div></details>`;
};

/** A list has one queue to choose; an address may name several. */
const queueField = ({ queue = [] }: JobSearch): Html =>
  queue.length > 1
    ? textField({ name: 'queue', label: 'Queues', value: queue.join(', ') })
    : choiceField({ name: 'queue', label: 'Queue', value: queue[0] }, queueNames);

const filterForm = (search: JobSearch, { tenants, types }: Choices): Html => {
  const { text, type, tenant } = search;
  return html`
<form class="filters" method="get" action="${path}" aria-label="Filter">
${textField({ name: 'text', label: 'Words of the payload, the error, the type or the tags; or an id', value: text, placeholder: 'timeout "order 4711" -test', wide: true })}
${textField({ name: 'type', label: 'Type', value: type?.join(', '), choices: types })}
${queueField(search)}
${tenantField(tenant, tenants)}
${statusBoxes(search)}
${moreFields(search)}
<div class="row"><button class="button primary">Search</button><a class="button" href="${path}">Reset</a></div>
</form>`;
};

const tookSoFar = ({ status, startedAt, finishedAt }: JobSummary, now: number): string =>
  startedAt === null || (finishedAt === null && status !== 'running')
    ? '–'
    : spanOf(startedAt, finishedAt, now);

const columnsAt = (now: number): readonly Column<JobSummary>[] => [
  { title: 'Status', show: ({ status }) => statusBadge(status) },
  {
    title: 'Job',
    show: ({ id, type, tags, error }) =>
      html`<a href="${jobPath(id)}">${type}</a> ${tagList(tags)}<div class="mono dim id">${id}</div>${
        error && html`<p class="excerpt"><code>${error.code}</code> ${error.message}</p>`
      }`,
  },
  { title: 'Tenant', show: ({ tenant }) => tenant, wideOnly: true },
  { title: 'Submitted', show: ({ createdAt }) => instant(createdAt) },
  {
    title: 'Attempts',
    numeric: true,
    wideOnly: true,
    show: ({ attempts: { made, max } }) => `${made} of ${max}`,
  },
  { title: 'Took', numeric: true, wideOnly: true, show: (job) => tookSoFar(job, now) },
];

/** What can be done to all that were found; each but the export begins with a dry run. */
const bulkLinks = (search: JobSearch): Html => {
  const query = toQuery(search);
  const { status } = search;
  const mayBe = (statuses: readonly string[]) =>
    status === undefined || status.some((one) => statuses.includes(one));
  const open = jobStatuses.filter((one) => !isTerminal(one));
  return html`
${mayBe(open) && html`<a class="button" href="${path}/all/cancel${query}">Cancel all…</a>`}
${mayBe(['failed', 'canceled', 'expired']) && html`<a class="button" href="${path}/all/retry${query}">Retry all…</a>`}
<a class="button" href="${path}/export${query}" download="jobs.ndjson">Export</a>`;
};

/** The jobs of a filter, the newest first. */
export const searchPage = (
  search: JobSearch,
  found: JobPage,
  view: { choices: Choices; cursor: string | undefined; now: number },
): Page => {
  const { choices, cursor, now } = view;
  const next = found.nextCursor;
  return {
    title: 'Jobs',
    actions: bulkLinks(search),
    ...(cursor === undefined && { liveSeconds: 5 }),
    body: html`
${card('Search', html`<div class="body">${filterForm(search, choices)}</div>`)}
<section class="card" id="found" data-live aria-label="Jobs found">
${table({ caption: 'Jobs, the newest first', columns: columnsAt(now), rows: found.items, empty: 'No job fits.' })}
${pager([
  ['Newest', cursor !== undefined && path + toQuery(search)],
  ['Older', next !== null && path + toQuery({ ...search, cursor: next })],
])}
</section>`,
  };
};
