import { defaultRedriveRate, maxDeleted, maxRedriveRate } from '@drover/jobs/contract/dead-letters';
import type { ListedLetter } from '@drover/jobs/dead-letters/list';
import type { Operator } from '../../auth/admin-pages.ts';
import { card, jobLink, toQuery } from '../jobs/pieces.ts';
import { type Column, table, writeForm } from '../shell/elements.ts';
import { type Html, html } from '../shell/html.ts';
import type { Page } from '../shell/page.ts';
import { count, instant } from '../shell/words.ts';
import { hiddenFields, inWords, type LetterSearch } from './filter.ts';
import { path } from './list-page.ts';

/** What a filter means at this moment. */
export interface Preview {
  /** With an end, so that what is done later is what was counted. */
  search: LetterSearch & { until: string };
  matched: number;
  /** Some of them, the oldest first. */
  sample: readonly ListedLetter[];
}

const columns: readonly Column<ListedLetter>[] = [
  { title: 'Job', show: ({ id }) => jobLink(id) },
  { title: 'Tenant', show: ({ tenant }) => tenant },
  { title: 'Failed', show: ({ at }) => instant(at) },
  {
    title: 'Error',
    show: ({ code, message }) => html`<code>${code}</code><p class="excerpt">${message}</p>`,
  },
];

const jobs = (n: number): string => `${count(n)} ${n === 1 ? 'job' : 'jobs'}`;

const page = (
  title: string,
  { search, matched, sample }: Preview,
  { asked, form }: { asked: LetterSearch; form: Html },
): Page => ({
  title,
  trail: html`<a href="${path}${toQuery(asked)}">Dead letters</a>`,
  body: html`
${card(
  'Dry run',
  html`<div class="body">
<p>Nothing has been done yet. This filter means <strong>${jobs(matched)}</strong>:</p>
<p class="message">${inWords(search)}</p>
${matched > 0 && form}
</div>`,
)}
${
  matched > 0 &&
  card(
    matched > sample.length ? 'The oldest of them' : 'These are they',
    table({ caption: 'Some of them, the oldest first', columns, rows: sample }),
  )
}`,
});

/** The dry run of a redrive, and the form that does it. */
export const redrivePage = (asked: LetterSearch, preview: Preview, operator: Operator): Page => {
  const form = writeForm(
    operator,
    { action: `${path}/redrive` },
    html`${hiddenFields(preview.search)}
<div class="field"><label for="rate">Jobs a second, at most</label><input id="rate" type="number" name="rate" value="${defaultRedriveRate}" min="1" max="${maxRedriveRate}" required></div>
<button class="button primary">Redrive ${jobs(preview.matched)}</button>`,
  );
  return page('Redrive dead letters', preview, { asked, form });
};

/** The dry run of a deletion, and the form that does it. */
export const discardPage = (asked: LetterSearch, preview: Preview, operator: Operator): Page => {
  const some = Math.min(preview.matched, maxDeleted);
  const form = writeForm(
    operator,
    { action: `${path}/discard`, confirm: `${jobs(some)} will be gone for ever.` },
    html`${hiddenFields(preview.search)}
<p class="field whole">Their jobs are deleted with them, and cannot be brought back.${some < preview.matched && ` ${count(maxDeleted)} are deleted at a time.`}</p>
<button class="button danger">Discard ${jobs(some)}</button>`,
  );
  return page('Discard dead letters', preview, { asked, form });
};
