import { type Html, html } from '../shell/html.ts';
import { count, shortCount } from '../shell/words.ts';
import type { Live } from './live.ts';

const rates = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** The numbers that say at a glance how it goes. */
export const figures = ({ queues, workers, deadLetters }: Live): Html => {
  const sum = (of: (queue: Live['queues'][number]) => number) =>
    queues.reduce((total, queue) => total + of(queue), 0);
  const places = workers.reduce(
    (total, worker) => total + worker.queues.reduce((all, queue) => all + queue.concurrency, 0),
    0,
  );
  return html`
<dl class="figures" id="figures" data-live>
<div><dt>Queued</dt><dd>${shortCount(sum(({ counts }) => counts.queued))}</dd></div>
<div><dt>Running</dt><dd>${shortCount(sum(({ counts }) => counts.running))} <small>of ${count(places)}</small></dd></div>
<div><dt>Retrying</dt><dd>${shortCount(sum(({ counts }) => counts.retrying))}</dd></div>
<div><dt>Succeeded</dt><dd>${rates.format(sum((queue) => queue.rates.succeededPerMinute))} <small>a minute</small></dd></div>
<div><dt>Failed</dt><dd>${rates.format(sum((queue) => queue.rates.failedPerMinute))} <small>a minute</small></dd></div>
<div><dt>Dead letters</dt><dd><a href="/admin/dead-letters">${shortCount(deadLetters.all)}</a></dd></div>
<div><dt>Workers</dt><dd><a href="/admin/workers">${count(workers.length)}</a></dd></div>
</dl>`;
};
