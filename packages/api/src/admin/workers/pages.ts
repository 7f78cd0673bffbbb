import type { WorkerStatus } from '@drover/jobs/contract/operations';
import {
  type LostWorker,
  listLostWorkers,
  listWorkers,
} from '@drover/jobs/operations/worker-record';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Admin } from '../shell/admin.ts';
import { emptyNote, missingNote, statusBadge, table } from '../shell/elements.ts';
import { type Html, html } from '../shell/html.ts';
import { partOf } from '../shell/part.ts';
import { count, instant } from '../shell/words.ts';

type Running = WorkerStatus['running'][number];

const mebibytes = (bytes: number): string => `${count(Math.round(bytes / 1_048_576))} MiB`;

const placesOf = ({ queues }: WorkerStatus): number =>
  queues.reduce((sum, { concurrency }) => sum + concurrency, 0);

const facts = (worker: WorkerStatus): Html => html`
<dl class="columns">
<div><dt>Since</dt><dd>${instant(worker.startedAt)}</dd></div>
<div><dt>Last heard of</dt><dd>${instant(worker.lastHeartbeatAt)}</dd></div>
<div><dt>Version</dt><dd><bdi>${worker.version}</bdi></dd></div>
<div><dt>Memory</dt><dd>${mebibytes(worker.memory.residentBytes)}</dd></div>
<div><dt>Heap</dt><dd>${mebibytes(worker.memory.heapBytes)}</dd></div>
<div><dt title="99th percentile of how late timers were">Event loop delay</dt><dd>${worker.eventLoopDelayMs} ms</dd></div>
<div class="whole"><dt>Takes</dt><dd class="tags">${worker.queues.map(({ name, concurrency }) => html`<span class="tag">${name} × ${concurrency}</span>`)}</dd></div>
</dl>`;

const runningTable = (worker: WorkerStatus): Html =>
  table<Running>({
    caption: `Jobs that ${worker.id} runs`,
    rows: worker.running.toSorted((one, other) => one.startedAt.localeCompare(other.startedAt)),
    empty: 'Idle.',
    columns: [
      {
        title: 'Job',
        show: ({ id }) => html`<a class="mono" href="/admin/jobs/${id}">${id}</a>`,
      },
      { title: 'Type', show: ({ type }) => html`<bdi>${type}</bdi>` },
      { title: 'Attempt', numeric: true, show: ({ attempt }) => attempt },
      { title: 'Since', numeric: true, show: ({ startedAt }) => instant(startedAt) },
    ],
  });

const card = (worker: WorkerStatus): Html => html`
<section class="card" aria-label="Worker ${worker.id}">
<header><h2><bdi>${worker.host}</bdi> <span class="dim">process ${worker.pid}</span></h2><span class="row"><span class="dim">${worker.running.length} of ${placesOf(worker)} places</span>${statusBadge(worker.state)}</span></header>
<div class="body">${facts(worker)}</div>
${runningTable(worker)}
</section>`;

const lostTable = (lost: readonly LostWorker[]): Html => html`
<section class="card">
<h2>Lost in the last hour</h2>
${table<LostWorker>({
  caption: 'Workers that were lost in the last hour',
  rows: lost,
  columns: [
    { title: 'Worker', show: ({ id }) => html`<bdi class="mono">${id}</bdi>` },
    { title: 'Given up', numeric: true, show: ({ lostAt }) => instant(lostAt) },
  ],
})}
</section>`;

/** Versions that run beside one another: a rollout that is not through yet, or got stuck. */
const versionNote = (workers: readonly WorkerStatus[]): Html | undefined => {
  const versions = [...new Set(workers.map(({ version }) => version))].sort();
  return versions.length < 2
    ? undefined
    : html`<p class="flash">${count(versions.length)} versions run beside one another: ${versions.join(', ')}.</p>`;
};

const readWorkers = async (queues: QueueSet) => {
  const [workers, lost] = await Promise.all([listWorkers(queues), listLostWorkers(queues)]);
  const isAlive = new Set(workers.map(({ id }) => id));
  return { workers, lost: lost.filter(({ id }) => !isAlive.has(id)) };
};

/** `/admin/workers`: who runs what, since when, in which version. */
export const workerPages = (admin: Admin, { queues }: { queues: QueueSet }): void => {
  admin.page({
    path: '/workers',
    section: 'workers',
    show: async () => {
      const read = await partOf(readWorkers(queues));
      const title = 'Workers';
      if (!read.ok) return { title, body: missingNote('The workers cannot be shown', read.why) };
      const { workers, lost } = read.value;
      return {
        title,
        liveSeconds: 3,
        body: html`
<div id="workers" data-live class="stack">
${versionNote(workers)}
${workers.length === 0 && html`<section class="card">${emptyNote('No worker is alive: nothing is done until one starts.')}</section>`}
${workers.map(card)}
${lost.length > 0 && lostTable(lost)}
</div>`,
      };
    },
  });
};
