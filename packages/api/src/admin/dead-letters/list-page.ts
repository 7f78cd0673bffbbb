import type { Group } from '@drover/jobs/dead-letters/groups';
import type { ListedLetter } from '@drover/jobs/dead-letters/list';
import { queueNames } from '@drover/jobs/definition/queues';
import {
  choiceField,
  jobLink,
  jobPath,
  pager,
  tenantField,
  textField,
  toQuery,
} from '../jobs/pieces.ts';
import { type Column, table } from '../shell/elements.ts';
import { type Html, html } from '../shell/html.ts';
import type { Page } from '../shell/page.ts';
import { count, instant } from '../shell/words.ts';
import type { LetterSearch } from './filter.ts';

export const path = '/admin/dead-letters';

/** What the fields of the filter propose. */
export interface Choices {
  tenants: readonly string[];
  types: readonly string[];
}

const filterForm = (search: LetterSearch, { tenants, types }: Choices): Html => {
  const { group, tenant, type, queue, code, since, until } = search;
  return html`
<form class="filters" method="get" action="${path}">
${group !== undefined && html`<input type="hidden" name="group" value="${group}">`}
${tenantField(tenant, tenants)}
${textField({ name: 'type', label: 'Type', value: type, choices: types })}
${choiceField({ name: 'queue', label: 'Queue', value: queue }, queueNames)}
${textField({ name: 'code', label: 'Error code', value: code })}
${textField({ name: 'since', label: 'Failed since', value: since, placeholder: '24h' })}
${textField({ name: 'until', label: 'Failed before', value: until, placeholder: '2026-01-31T08:00' })}
<button class="button">Show</button>
</form>`;
};

/** Links to what is done to all of a filter; each leads to a dry run. */
const bulkLinks = (search: LetterSearch, what: string): Html => html`
<a class="button" href="${path}/redrive${toQuery(search)}">Redrive ${what}…</a>
<a class="button danger" href="${path}/discard${toQuery(search)}">Discard ${what}…</a>`;

const groupColumns = (search: LetterSearch): readonly Column<Group>[] => [
  {
    title: 'Cause',
    show: ({ id, cause: { type, code, message } }) =>
      html`<a href="${path}${toQuery({ ...search, group: id })}">${type}: <code>${code}</code></a><p class="excerpt">${message ?? 'various messages'}</p>`,
  },
  { title: 'Dead letters', numeric: true, show: (group) => count(group.count) },
  { title: 'First', wideOnly: true, show: ({ firstAt }) => instant(firstAt) },
  { title: 'Last', show: ({ lastAt }) => instant(lastAt) },
  {
    title: 'What to do',
    wideOnly: true,
    show: ({ id }) => {
      const query = toQuery({ ...search, group: id });
      return html`<a class="button small" href="${path}/redrive${query}">Redrive…</a>`;
    },
  },
];

/** Groups on the page, the largest first. */
const shownGroups = 200;

/** The dead letters by their cause. */
export const groupsPage = (
  search: LetterSearch,
  groups: readonly Group[],
  choices: Choices,
): Page => {
  const total = groups.reduce((sum, group) => sum + group.count, 0);
  const more = groups.length - shownGroups;
  return {
    title: 'Dead letters',
    liveSeconds: 5,
    ...(total > 0 && { actions: bulkLinks(search, 'all of these') }),
    body: html`
${filterForm(search, choices)}
<section class="card" id="letters" data-live aria-label="Dead letters by cause">
<h2>${count(total)} dead ${total === 1 ? 'letter' : 'letters'}, ${count(groups.length)} ${groups.length === 1 ? 'cause' : 'causes'}</h2>
${table({
  caption: 'Dead letters by cause, the most frequent first',
  columns: groupColumns(search),
  rows: groups.slice(0, shownGroups),
  empty: 'No job has failed for good.',
})}
${more > 0 && html`<p class="empty dim">${count(more)} causes more; narrow the filter to see them.</p>`}
</section>`,
  };
};

const letterColumns: readonly Column<ListedLetter>[] = [
  { title: 'Job', show: ({ id }) => jobLink(id) },
  { title: 'Failed', show: ({ at }) => instant(at) },
  {
    title: 'Error',
    show: ({ code, message }) => html`<code>${code}</code><p class="excerpt">${message}</p>`,
  },
  { title: 'Tenant', show: ({ tenant }) => tenant },
  { title: 'Attempts', numeric: true, show: ({ made, max }) => `${made} of ${max}` },
  {
    title: 'What to do',
    show: ({ id }) =>
      html`<a class="button small" href="${jobPath(id)}/redrive">Edit and redrive…</a>`,
  },
];

/** The dead letters of one cause. */
export const groupPage = (
  search: LetterSearch,
  found: {
    group: Group | undefined;
    letters: readonly ListedLetter[];
    /** Cursor of the next page. */
    next: string | undefined;
  },
  choices: Choices,
): Page => {
  const { group, letters, next } = found;
  return {
    title: group ? `${group.cause.type}: ${group.cause.code}` : 'Dead letters of a cause',
    trail: html`<a href="${path}${toQuery({ ...search, group: undefined })}">Dead letters</a>`,
    ...(group && { actions: bulkLinks(search, `all ${count(group.count)}`) }),
    body: html`
${group?.cause.message && html`<p class="message">${group.cause.message}</p>`}
${filterForm(search, choices)}
<section class="card" aria-label="Dead letters">
${table({ caption: 'Dead letters of this cause, the newest first', columns: letterColumns, rows: letters, empty: 'None is left.' })}
${pager([['Older', next !== undefined && path + toQuery({ ...search, cursor: next })]])}
</section>`,
  };
};
