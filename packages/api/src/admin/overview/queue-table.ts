import type { QueueStatus } from '@drover/jobs/contract/operations';
import type { Operator } from '../../auth/admin-pages.ts';
import { table, writeButton } from '../shell/elements.ts';
import { type Html, html } from '../shell/html.ts';
import { duration, shortCount } from '../shell/words.ts';

const dimZero = (n: number): Html => (n === 0 ? html`<span class="dim">0</span>` : shortCount(n));

/** A number of jobs, leading to these. */
const linked = (queue: string, status: string, n: number): Html =>
  n === 0
    ? dimZero(n)
    : html`<a href="/admin/jobs?queue=${queue}&amp;status=${status}">${shortCount(n)}</a>`;

const nameOf = ({ name, paused }: QueueStatus): Html =>
  html`<a href="/admin/jobs?queue=${name}"><strong>${name}</strong></a>${paused && html` <span class="badge status-paused">paused</span>`}`;

const steering = (operator: Operator, { name, paused, counts }: QueueStatus): Html => {
  const action = paused ? 'resume' : 'pause';
  return writeButton(operator, {
    action: `/admin/steer/${name}/${action}`,
    label: paused ? 'Resume' : 'Pause',
    name: `${paused ? 'Resume' : 'Pause'} the queue ${name}`,
    ...(!paused &&
      counts.queued + counts.running > 0 && {
        confirm: `No job of the queue "${name}" will be started until it is resumed. Those that run go on.`,
      }),
  });
};

/** Every queue, what it holds, and the buttons that stop and start it. */
export const queueTable = (operator: Operator, queues: readonly QueueStatus[]): Html =>
  table({
    caption: 'Queues',
    rows: queues,
    columns: [
      { title: 'Queue', show: nameOf },
      {
        title: 'Queued',
        numeric: true,
        show: ({ name, counts }) => linked(name, 'queued', counts.queued),
      },
      {
        title: 'Oldest',
        numeric: true,
        wideOnly: true,
        show: ({ oldestQueuedMs }) =>
          oldestQueuedMs === null ? html`<span class="dim">–</span>` : duration(oldestQueuedMs),
      },
      {
        title: 'Running',
        numeric: true,
        wideOnly: true,
        show: ({ name, counts }) => linked(name, 'running', counts.running),
      },
      {
        title: 'Retrying',
        numeric: true,
        wideOnly: true,
        show: ({ name, counts }) => linked(name, 'retrying', counts.retrying),
      },
      {
        title: 'Scheduled',
        numeric: true,
        wideOnly: true,
        show: ({ name, counts }) => linked(name, 'scheduled', counts.scheduled),
      },
      {
        title: 'Failed',
        numeric: true,
        wideOnly: true,
        show: ({ name, counts }) => linked(name, 'failed', counts.failed),
      },
      {
        title: 'Done / min',
        numeric: true,
        wideOnly: true,
        show: ({ rates }) => dimZero(rates.succeededPerMinute),
      },
      {
        title: 'Failed / min',
        numeric: true,
        wideOnly: true,
        show: ({ rates }) => dimZero(rates.failedPerMinute),
      },
      { title: 'Steer', numeric: true, show: (queue) => steering(operator, queue) },
    ],
  });
