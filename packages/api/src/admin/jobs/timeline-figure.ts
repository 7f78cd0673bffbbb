import type { JobResource } from '@drover/jobs/contract/job-resource';
import { type Html, html } from '../shell/html.ts';
import { duration, instant } from '../shell/words.ts';
import { type Span, type Timeline, timelineOf } from './timeline.ts';

/** The drawing's own measure; it is stretched to the width that there is. */
const width = 1_000;
const height = 24;

/** So that what took no time can be seen. */
const minWidth = 4;

/** Marks that are listed openly; more are folded. */
const openMarks = 12;

const place = ({ from, to }: Timeline, at: number): number =>
  Math.round(((at - from) / (to - from)) * width * 10) / 10;

const describe = ({ label, from, to, kind }: Span): string => {
  const became = label.startsWith('Attempt') ? ` ${kind}` : '';
  return `${label}${became}: ${duration(to - from)}`;
};

const bar = (timeline: Timeline, span: Span): Html => {
  const wide = Math.max(minWidth, place(timeline, span.to) - place(timeline, span.from));
  const left = Math.min(place(timeline, span.from), width - wide);
  return html`<rect class="span-${span.kind}" x="${left}" y="0" width="${wide}" height="${height}"><title>${describe(span)}</title></rect>`;
};

/** What took no part of an attempt is drawn first, so that no attempt is hidden by it. */
const drawn = ({ spans }: Timeline): readonly Span[] =>
  spans.toSorted((one, other) => Number(one.kind !== 'waiting') - Number(other.kind !== 'waiting'));

const marks = ({ marks: all, from }: Timeline): Html => {
  const list = html`<ol class="marks">${all.map(
    ({ at, label }) =>
      html`<li><span>${label}</span> <span class="dim">${at === from ? instant(at) : `+${duration(at - from)}`}</span></li>`,
  )}</ol>`;
  return all.length <= openMarks
    ? list
    : html`<details><summary>${all.length} events</summary>${list}</details>`;
};

/** What happened to a job and when: as a bar, and as a list that says the same. */
export const timelineFigure = (job: JobResource, now: number): Html => {
  const timeline = timelineOf(job, now);
  const kinds = [...new Set(timeline.spans.map(({ kind }) => kind))];
  return html`
<figure class="timeline body">
<svg role="img" aria-label="The time from its submission, ${duration(timeline.to - timeline.from)} in all" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none">${drawn(timeline).map((span) => bar(timeline, span))}</svg>
<figcaption class="row">${kinds.map((kind) => html`<span class="key span-${kind}">${kind}</span>`)}<span class="dim">${duration(timeline.to - timeline.from)} in all</span></figcaption>
${marks(timeline)}
</figure>`;
};
