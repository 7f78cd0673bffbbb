import type { AuditEntry } from '@drover/jobs/contract/audit';
import { z } from 'zod';
import { type AuditParts, auditQuery, readAudit } from '../../audit/read.ts';
import type { Admin } from '../shell/admin.ts';
import { missingNote, statusBadge, table } from '../shell/elements.ts';
import { type Html, html } from '../shell/html.ts';
import { partOf } from '../shell/part.ts';
import { instant } from '../shell/words.ts';

type Query = z.output<typeof auditQuery>;

/** A form without anything in a field sends an empty one: it is as if it were not there. */
const filled = (query: unknown): unknown =>
  Object.fromEntries(
    Object.entries(query as Record<string, unknown>).filter(([, value]) => value !== ''),
  );

const auditPageQuery = z.preprocess(filled, auditQuery);

const filterFields = ['action', 'target', 'user', 'tenant'] as const;

const titles = { action: 'Action', target: 'Target', user: 'Name', tenant: 'Tenant' } as const;

const filters = (query: Query): Html => html`
<form class="filters" method="get" action="/admin/audit" aria-label="Filter">
${filterFields.map(
  (name) => html`
<div class="field"><label for="filter-${name}">${titles[name]}</label><input id="filter-${name}" name="${name}" value="${query[name]}" maxlength="200" autocomplete="off"></div>`,
)}
<button class="button">Filter</button>
${filterFields.some((name) => query[name] !== undefined) && html`<a href="/admin/audit">Clear</a>`}
</form>`;

const addressOf = (query: Partial<Record<string, string | undefined>>): string => {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  );
  const text = new URLSearchParams(given).toString();
  return text === '' ? '/admin/audit' : `/admin/audit?${text}`;
};

const linked = (name: (typeof filterFields)[number], value: string): Html =>
  html`<a href="${addressOf({ [name]: value })}"><bdi>${value}</bdi></a>`;

const who = ({ who: { user, tenant, key, address }, origin }: AuditEntry): Html => html`
<span class="unbroken">${user ? linked('user', user) : html`<span class="dim">key</span>`} <span class="dim">· <bdi>${tenant}</bdi> · <code title="First digits of the key’s SHA-256">${key}</code> · ${address} · ${origin}</span></span>`;

const what = ({ details, reason }: AuditEntry): Html => html`
${reason !== null && html`<code class="bad">${reason}</code> `}${Object.keys(details).length > 0 && html`<code>${JSON.stringify(details)}</code>`}`;

const entryTable = (entries: readonly AuditEntry[]): Html =>
  table<AuditEntry>({
    caption: 'Audit log',
    rows: entries,
    empty: 'Nothing was done that fits.',
    columns: [
      { title: 'When', show: ({ at }) => instant(at) },
      { title: 'Action', show: ({ action }) => linked('action', action) },
      { title: 'Target', show: ({ target }) => target !== null && linked('target', target) },
      { title: 'Outcome', show: ({ outcome }) => statusBadge(outcome ?? 'unknown') },
      { title: 'Who', show: who },
      { title: 'Details', wideOnly: true, show: what },
    ],
  });

const nextPage = (query: Query, cursor: string): Html => {
  const { action, target, user, tenant } = query;
  return html`<nav class="pages" aria-label="Pages"><a href="${addressOf({ action, target, user, tenant })}">Newest</a><a rel="next" href="${addressOf({ action, target, user, tenant, cursor })}">Older</a></nav>`;
};

/** `/admin/audit`: who did what, and when. */
export const auditPages = (admin: Admin, parts: AuditParts): void => {
  admin.page({
    path: '/audit',
    section: 'audit',
    query: auditPageQuery,
    show: async ({ query }) => {
      const read = await partOf(readAudit(parts, query));
      return {
        title: 'Audit log',
        body: html`
${filters(query)}
${read.ok && !read.value.complete && missingNote('Older entries cannot be shown', 'Postgres does not answer.')}
${
  read.ok
    ? html`<section class="card">${entryTable(read.value.items)}${read.value.nextCursor !== null && nextPage(query, read.value.nextCursor)}</section>`
    : missingNote('The audit log cannot be shown', read.why)
}`,
      };
    },
  });
};
