import type { ScheduleRun } from '@drover/jobs/contract/schedule';
import { codeBlock, jobPath, jsonText, pager, tenantField, toQuery } from '../jobs/pieces.ts';
import { emptyNote, statusBadge } from '../shell/elements.ts';
import { type Html, html } from '../shell/html.ts';
import type { Page } from '../shell/page.ts';
import { duration, instant } from '../shell/words.ts';
import type { ScheduleOverview, ShownSchedule } from './read.ts';

const path = '/admin/schedules';

export const schedulePath = ({ tenant, id }: { tenant: string; id: string }): string =>
  `${path}/${encodeURIComponent(tenant)}/${encodeURIComponent(id)}`;

/** The buttons of a schedule. */
export type ScheduleActions = (schedule: ShownSchedule) => Html;

const states = ({ enabled, problem, isPaused, repairs }: ShownSchedule): Html => html`
<p class="row">
<span class="badge ${enabled ? 'status-succeeded' : 'status-canceled'}">${enabled ? 'enabled' : 'disabled'}</span>
${isPaused && html`<span class="badge status-retrying">queue paused</span>`}
${problem !== null && html`<span class="badge status-failed">cannot run</span>`}
${repairs > 0 && html`<span class="dim">set right ${repairs === 1 ? 'once' : `${repairs} times`}</span>`}
</p>`;

/** What became of a run, in a word. */
const outcomeOf = ({ outcome, job }: ScheduleRun): string =>
  outcome === 'submitted' ? (job?.status ?? 'gone') : outcome;

const run = (it: ScheduleRun): Html => {
  const { job, reason, trigger, slot } = it;
  const badge = statusBadge(outcomeOf(it));
  return html`
<li>${job ? html`<a href="${jobPath(job.id)}">${badge}</a>` : badge} ${instant(slot)}
${trigger === 'manual' && html`<span class="dim">by hand</span>`}
${reason !== null && html`<p class="excerpt">${reason}</p>`}</li>`;
};

const runs = (schedule: ShownSchedule): Html =>
  schedule.runs.length === 0
    ? html`<p class="dim">None yet.</p>`
    : html`<ol class="times">${schedule.runs.slice(0, 10).map(run)}</ol>`;

/** Date and time of day, in UTC, to the minute where it is a whole one. */
const exactly = (slot: string): string =>
  `${slot.slice(0, 19).replace('T', ' ').replace(/:00$/, '')} UTC`;

const nextTimes = ({ next, enabled }: ShownSchedule): Html =>
  next.length === 0
    ? html`<p class="dim">${enabled ? 'It will not be due again.' : 'None while it is disabled.'}</p>`
    : html`<ol class="times">${next.map(
        (slot, n) =>
          html`<li>${exactly(slot)}${n === 0 && html` <span class="dim">${instant(slot)}</span>`}</li>`,
      )}</ol>`;

const timing = ({ cron, every, overlap, misfire }: ShownSchedule): Html => html`
<p class="dim">${cron === null ? html`every ${duration(every ?? 0)}` : html`cron <code>${cron}</code>`}
· while one runs: ${overlap === 'allow' ? 'another begins' : 'the next is skipped'}
· when late: ${misfire === 'skip' ? 'skipped' : 'run once'}</p>`;

const card = (schedule: ShownSchedule, actions: ScheduleActions): Html => {
  const { id, tenant, description, type, payload } = schedule;
  return html`
<article class="card" aria-label="Schedule ${id} of ${tenant}">
<header><h2><a href="${schedulePath(schedule)}">${id}</a></h2>${states(schedule)}</header>
<div class="body">
${schedule.problem !== null && html`<p class="message">${schedule.problem}</p>`}
<p class="dim">${tenant} · ${type}</p>
<p class="words">${description}</p>
${timing(schedule)}
<div class="two">
<section aria-label="Next times of ${id}"><h3>Next</h3>${nextTimes(schedule)}</section>
<section aria-label="Last runs of ${id}"><h3>Last runs</h3>${runs(schedule)}</section>
</div>
${payload !== undefined && html`<details><summary>Payload</summary>${codeBlock(jsonText(payload), `Payload of ${id}`)}</details>`}
<div class="row">${actions(schedule)}</div>
</div>
</article>`;
};

const group = (title: string, schedules: readonly ShownSchedule[], actions: ScheduleActions) =>
  schedules.length > 0 &&
  html`<section class="parts" aria-label="${title}"><h2>${title}</h2><div class="grid">${schedules.map((it) => card(it, actions))}</div></section>`;

/** All schedules: those in the code, then those of the tenants. */
export const scheduleListPage = (
  { declared, kept, next }: ScheduleOverview,
  view: { actions: ScheduleActions; tenant: string | undefined; tenants: readonly string[] },
): Page => {
  const { actions, tenant, tenants } = view;
  return {
    title: 'Schedules',
    liveSeconds: 10,
    body: html`
<form class="filters" method="get" action="${path}">${tenantField(tenant, tenants)}<button class="button">Show</button></form>
<div class="parts" id="schedules" data-live>
${group('Declared in the code', declared, actions)}
${group('Made over the API', kept, actions)}
${declared.length + kept.length === 0 && emptyNote('There is no schedule.')}
${pager([['More', next !== null && path + toQuery({ tenant, after: next })]])}
</div>`,
  };
};

/** One schedule by itself. */
export const schedulePage = (schedule: ShownSchedule, actions: ScheduleActions): Page => ({
  title: `Schedule ${schedule.id}`,
  trail: html`<a href="${path}">Schedules</a>`,
  liveSeconds: 5,
  body: html`<div id="schedule" data-live>${card(schedule, actions)}</div>`,
});
