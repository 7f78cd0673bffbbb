import { readCachedStats } from '@drover/jobs/stats/cached-stats';
import { z } from 'zod';
import type { Admin } from '../shell/admin.ts';
import { missingNote } from '../shell/elements.ts';
import { type Html, html } from '../shell/html.ts';
import { partOf } from '../shell/part.ts';
import { charts } from './charts.ts';
import { figures } from './figures.ts';
import { readLive } from './live.ts';
import type { OverviewParts } from './parts.ts';
import { queueTable } from './queue-table.ts';
import { type Range, rangeNames, ranges } from './ranges.ts';
import { readSeries } from './series.ts';
import { steeringWrites } from './steering.ts';
import { troubleList } from './trouble-list.ts';
import { findTroubles } from './troubles.ts';
import { typeTable } from './type-table.ts';

const choice = (chosen: Range): Html => html`
<ul class="choice" aria-label="Span of the charts">
${rangeNames.map(
  (name) =>
    html`<li><a href="/admin?range=${name}"${name === chosen && html` aria-current="true"`}>${ranges[name].title}</a></li>`,
)}
</ul>`;

/** How the types did in the hours of a span; nothing of a time before the first statistics. */
const readTypes = async ({ caches, pool }: OverviewParts, range: Range, now: number) => {
  const since = now - ranges[range].lengthMs;
  const request = { tenant: undefined, by: 'hour', since, until: now } as const;
  return (await readCachedStats({ caches, db: pool }, request)).value;
};

/** `/admin`: what is wrong, how it goes, and the queues. */
export const overviewPages = (admin: Admin, parts: OverviewParts): void => {
  admin.page({
    path: '/',
    section: 'overview',
    query: z.strictObject({ range: z.enum(rangeNames).default('1h') }),
    show: async ({ operator, query: { range } }) => {
      const now = Date.now();
      const [live, series, stats] = await Promise.all([
        partOf(readLive(parts)),
        partOf(readSeries(parts, range, now)),
        partOf(readTypes(parts, range, now)),
      ]);
      return {
        title: 'Overview',
        actions: choice(range),
        liveSeconds: 3,
        body: html`
<section class="card" id="troubles" data-live aria-label="What is wrong right now">
${live.ok ? troubleList(findTroubles(live.value)) : missingNote('Queues, workers and dead letters cannot be shown', live.why)}
</section>
${live.ok && figures(live.value)}
${series.ok ? charts(series.value) : missingNote('The charts cannot be shown', series.why)}
${
  live.ok &&
  html`
<section class="card" id="queues" data-live>
<h2>Queues</h2>
${queueTable(operator, live.value.queues)}
</section>`
}
<section class="card" id="types" data-live>
${stats.ok ? typeTable(stats.value) : missingNote('The job types cannot be shown', stats.why)}
</section>`,
      };
    },
  });

  steeringWrites(admin, parts);
};
