import type { Stats } from '@drover/jobs/contract/stats';
import { table } from '../shell/elements.ts';
import { type Content, type Html, html } from '../shell/html.ts';
import { duration, instant, shortCount } from '../shell/words.ts';

type TypeFigures = Stats['types'][number];

/** Most types that are shown; the statistics know more. */
const maxTypes = 12;

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

const failed = ({ type, jobs, outcomes }: TypeFigures): Content =>
  outcomes.failed === 0
    ? html`<span class="dim">0</span>`
    : html`<a href="/admin/jobs?${new URLSearchParams({ type, status: 'failed' }).toString()}">${shortCount(outcomes.failed)}</a> <span class="bad">${percent.format(outcomes.failed / jobs)}</span>`;

const lasted = (ms: number | undefined): Content =>
  ms === undefined ? html`<span class="dim">–</span>` : duration(ms);

/** How the types of jobs did, the most frequent first. */
export const typeTable = ({ types, refreshedAt }: Stats): Html => html`
<header><h2>Job types</h2><span class="dim">from the history, as of ${instant(refreshedAt)}</span></header>
${table<TypeFigures>({
  caption: 'Job types',
  rows: types.slice(0, maxTypes),
  empty: 'No job has ended in this time, as far as the statistics know.',
  columns: [
    {
      title: 'Type',
      show: ({ type }) =>
        html`<a href="/admin/jobs?${new URLSearchParams({ type }).toString()}"><strong><bdi>${type}</bdi></strong></a>`,
    },
    { title: 'Ended', numeric: true, show: ({ jobs }) => shortCount(jobs) },
    { title: 'Failed', numeric: true, show: failed },
    { title: 'Retries', numeric: true, wideOnly: true, show: ({ retries }) => shortCount(retries) },
    { title: 'Wait p95', numeric: true, wideOnly: true, show: ({ wait }) => lasted(wait?.p95) },
    { title: 'Run p50', numeric: true, wideOnly: true, show: ({ run }) => lasted(run?.p50) },
    { title: 'Run p95', numeric: true, show: ({ run }) => lasted(run?.p95) },
  ],
})}`;
