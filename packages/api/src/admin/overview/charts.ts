import type { LoadSpan } from '@drover/jobs/queue-samples/table';
import { type Html, html } from '../shell/html.ts';
import { chart } from './chart.ts';
import type { Series } from './series.ts';

/** How it went: throughput, latency, failures and backlog. */
export const charts = ({ moments, spans }: Series): Html => {
  const of = (read: (span: LoadSpan) => number | null | undefined) =>
    spans.map((span) => (span ? (read(span) ?? null) : null));
  return html`
<div class="grid">
${chart({
  id: 'throughput',
  title: 'Throughput',
  unit: 'jobs a minute',
  moments,
  lines: [{ title: 'Succeeded', color: '--good', values: of(({ succeeded }) => succeeded) }],
})}
${chart({
  id: 'latency',
  title: 'Latency',
  unit: 'ms',
  note: 'of those that succeeded',
  moments,
  lines: [
    { title: 'Run p50', color: '--blue', values: of(({ run }) => run?.p50) },
    { title: 'Run p95', color: '--accent', values: of(({ run }) => run?.p95) },
    { title: 'Wait p50', color: '--dim', values: of(({ wait }) => wait?.p50) },
    { title: 'Wait p95', color: '--warn', values: of(({ wait }) => wait?.p95) },
  ],
})}
${chart({
  id: 'failures',
  title: 'Failures',
  unit: 'jobs a minute',
  moments,
  lines: [{ title: 'Failed', color: '--bad', values: of(({ failed }) => failed) }],
})}
${chart({
  id: 'backlog',
  title: 'Backlog',
  unit: 'jobs',
  moments,
  lines: [
    { title: 'Queued', color: '--warn', values: of(({ queued }) => queued) },
    { title: 'Running', color: '--blue', values: of(({ running }) => running) },
  ],
})}
</div>`;
};
