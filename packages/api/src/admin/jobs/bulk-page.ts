import {
  type BulkPreview,
  defaultBulkRate,
  type JobSummary,
  maxBulkRate,
} from '@drover/jobs/contract/job-list';
import type { BulkAction } from '@drover/jobs/history/bulk';
import type { Operator } from '../../auth/admin-pages.ts';
import { type Column, statusBadge, table, writeForm } from '../shell/elements.ts';
import { html } from '../shell/html.ts';
import type { Page } from '../shell/page.ts';
import { count, instant } from '../shell/words.ts';
import { hiddenFields, inWords, type JobSearch } from './filter.ts';
import { card, jobPath, toQuery } from './pieces.ts';
import { path } from './search-page.ts';

interface Words {
  title: string;
  verb: string;
  tone: 'danger' | 'primary';
  /** What becomes of the jobs. */
  effect: string;
}

/** What is said of the actions that can be done to all jobs of a filter. */
export const bulkWords: Record<BulkAction, Words> = {
  cancel: {
    title: 'Cancel jobs',
    verb: 'Cancel',
    tone: 'danger',
    effect: 'Those that wait never run; those that run are told to stop. Others are left alone.',
  },
  retry: {
    title: 'Retry jobs',
    verb: 'Retry',
    tone: 'primary',
    effect:
      'Those that ended without a result run again, under the same ids. Others are left alone.',
  },
};

const columns: readonly Column<JobSummary>[] = [
  { title: 'Status', show: ({ status }) => statusBadge(status) },
  {
    title: 'Job',
    show: ({ id, type }) =>
      html`<a href="${jobPath(id)}">${type}</a><div class="mono dim id">${id}</div>`,
  },
  { title: 'Tenant', show: ({ tenant }) => tenant },
  { title: 'Submitted', show: ({ createdAt }) => instant(createdAt) },
];

const jobs = (n: number): string => `${count(n)} ${n === 1 ? 'job' : 'jobs'}`;

/** The dry run of a change to many jobs, and the form that does it. */
export const bulkPage = (
  action: BulkAction,
  asked: JobSearch,
  /** With an end, so that what is done later is what was counted. */
  preview: BulkPreview & { search: JobSearch },
  operator: Operator,
): Page => {
  const { title, verb, tone, effect } = bulkWords[action];
  const { search, sample, more } = preview;
  const many = `${more ? 'more than ' : ''}${jobs(preview.count)}`;
  const form = writeForm(
    operator,
    { action: `${path}/all/${action}` },
    html`${hiddenFields(search)}
<div class="field"><label for="rate">Jobs a second, at most</label><input id="rate" type="number" name="rate" value="${defaultBulkRate}" min="1" max="${maxBulkRate}" required></div>
<button class="button ${tone}">${verb} ${many}</button>`,
  );
  const dryRun = html`
<div class="body">
<p>Nothing has been done yet. This filter means <strong>${many}</strong> that it can be done with:</p>
<p class="message">${inWords(search)}</p>
<p class="dim">${effect}</p>
${preview.count > 0 && form}
</div>`;
  const caption = 'Some of them, the newest first';
  return {
    title,
    trail: html`<a href="${path}${toQuery(asked)}">Jobs</a>`,
    body: html`
${card('Dry run', dryRun)}
${sample.length > 0 && card('Some of them', table({ caption, columns, rows: sample }))}`,
  };
};
