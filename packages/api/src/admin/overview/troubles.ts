import type { QueueStatus } from '@drover/jobs/contract/operations';
import type { Group } from '@drover/jobs/dead-letters/groups';
import { type Content, html } from '../shell/html.ts';
import { count, duration, instant } from '../shell/words.ts';
import type { Live } from './live.ts';

/** Something that an operator should look at. */
export interface Trouble {
  readonly serious: boolean;
  readonly title: Content;
  readonly detail: Content;
  readonly link?: { readonly to: string; readonly text: string };
}

/** A queue whose oldest job has waited this long is behind, and with nothing running stuck; milliseconds. */
const behindMs = 300_000;
const stuckMs = 30_000;

/** Dead letters of the last hour from which on they grow, and most causes that are named. */
const growingFrom = 10;
const maxCauses = 5;

const jobs = (n: number): string => (n === 1 ? '1 job' : `${count(n)} jobs`);
const jobsWait = (n: number): string => `${jobs(n)} ${n === 1 ? 'waits' : 'wait'}`;

const stillQueue = ({ queues, workers }: Live): Trouble[] =>
  queues.flatMap(({ name, paused, counts, oldestQueuedMs }) => {
    const isStill = counts.queued > 0 && counts.running === 0 && (oldestQueuedMs ?? 0) >= stuckMs;
    if (paused || !isStill) return [];
    const isTaken = workers.some((worker) => worker.queues.some((queue) => queue.name === name));
    return [
      {
        serious: true,
        title: html`The queue ${name} stands still`,
        detail: `${isTaken ? 'Nothing runs' : 'No live worker takes its jobs'}, and ${jobsWait(counts.queued)}: the oldest for ${duration(oldestQueuedMs ?? 0)}.`,
        link: { to: '/admin/workers', text: 'Workers' },
      },
    ];
  });

const slowQueue = ({ queues }: Live): Trouble[] =>
  queues.flatMap(({ name, paused, counts, oldestQueuedMs }: QueueStatus) =>
    !paused && counts.running > 0 && (oldestQueuedMs ?? 0) >= behindMs
      ? [
          {
            serious: false,
            title: html`The queue ${name} is behind`,
            detail: `${jobsWait(counts.queued)}, the oldest for ${duration(oldestQueuedMs ?? 0)}.`,
            link: { to: `/admin/jobs?queue=${name}&status=queued`, text: 'Jobs' },
          },
        ]
      : [],
  );

const pausedQueue = ({ queues }: Live): Trouble[] =>
  queues.flatMap(({ name, paused, counts }) =>
    paused && counts.queued > 0
      ? [
          {
            serious: false,
            title: html`The queue ${name} is paused`,
            detail: `${jobsWait(counts.queued)} until it is resumed.`,
          },
        ]
      : [],
  );

const lostWorkers = ({ lost, workers }: Live): Trouble[] => {
  const isAlive = new Set(workers.map(({ id }) => id));
  return lost
    .filter(({ id }) => !isAlive.has(id))
    .slice(0, maxCauses)
    .map(({ id, lostAt }) => ({
      serious: workers.length === 0,
      title: html`The worker <bdi>${id}</bdi> was lost`,
      detail: html`It fell silent ${instant(lostAt)} without saying that it ends. Its jobs run again elsewhere.`,
      link: { to: '/admin/workers', text: 'Workers' },
    }));
};

const failingType = ({ cause, count: letters, lastAt }: Group): Trouble => ({
  serious: true,
  title: html`<bdi>${cause.type}</bdi> fails: <bdi>${cause.message || cause.code}</bdi>`,
  detail: html`${jobs(letters)} out of attempts in the last 15 minutes, the latest ${instant(lastAt)}.`,
  link: {
    to: `/admin/dead-letters?${new URLSearchParams({ type: cause.type, code: cause.code })}`,
    text: 'Dead letters',
  },
});

const failingTypes = ({ failing }: Live): Trouble[] => failing.slice(0, maxCauses).map(failingType);

const growingLetters = ({ deadLetters: { all, lately } }: Live): Trouble[] =>
  lately >= growingFrom
    ? [
        {
          serious: false,
          title: 'Dead letters grow',
          detail: `${count(lately)} more in the last hour, ${count(all)} in all.`,
          link: { to: '/admin/dead-letters', text: 'Dead letters' },
        },
      ]
    : [];

const silentSchedules = ({ silent: { names, more } }: Live): Trouble[] =>
  names.length === 0
    ? []
    : [
        {
          serious: true,
          title: `${names.length + more === 1 ? 'A schedule is' : `${count(names.length + more)} schedules are`} silent`,
          detail: html`Their time has come, and nothing was fired: ${names.map((name, n) => html`${n > 0 && ', '}<bdi>${name}</bdi>`)}${more > 0 && ` and ${count(more)} more`}. Is a worker running?`,
          link: { to: '/admin/schedules', text: 'Schedules' },
        },
      ];

/** What is wrong right now, what is serious first. */
export const findTroubles = (live: Live): readonly Trouble[] =>
  [stillQueue, lostWorkers, failingTypes, silentSchedules, slowQueue, pausedQueue, growingLetters]
    .flatMap((find) => find(live))
    .sort((one, other) => Number(other.serious) - Number(one.serious));
