import { apiMetrics } from '../../packages/api/src/metrics/definitions.ts';
import {
  schedulerMetrics,
  systemMetrics,
} from '../../packages/scheduler/src/metrics/definitions.ts';
import { collectSuccess } from '../../packages/shared/src/metrics/collectors.ts';
import type { MetricDefinition } from '../../packages/shared/src/metrics/define-metric.ts';
import {
  cacheMetrics,
  processMetrics,
} from '../../packages/shared/src/metrics/process-definitions.ts';
import { workerMetrics } from '../../packages/worker/src/metrics/definitions.ts';
import { code, generatedFrom, page, table } from './markdown.ts';

/** Every metric of Drover's own, by what it is about. */
export const metricsByArea: Readonly<Record<string, readonly MetricDefinition[]>> = {
  'HTTP, by each API process': Object.values(apiMetrics),
  'Jobs, by each worker process': Object.values(workerMetrics),
  'The system as a whole, by the schedulers': Object.values(systemMetrics),
  'Schedules, by each scheduler process': Object.values(schedulerMetrics),
  'Caches, by each API and worker process': Object.values(cacheMetrics),
  'Every process': [...Object.values(processMetrics), collectSuccess],
};

const intro = `Every process answers \`GET /metrics\` in the text format of Prometheus: the API on its port, worker and
scheduler on the ports of their probes. [Watch Drover](../guides/observe.md) says how to collect and
read them, and who may.

- Every sample has the label \`role\`: \`api\`, \`worker\` or \`scheduler\`.
- Labels take few values, whatever clients send: routes are patterns, job types those of the catalog;
  no tenant, no id.
- What processes tell of themselves is summed up over them: \`sum(rate(drover_jobs_ended_total[5m]))\`.
  What schedulers tell of the system is the same from each of them, so \`max\` is right and \`sum\` is not:
  \`max by (queue, state) (drover_queue_jobs)\`.
- A value that could not be had is left out, and \`drover_collect_success\` is 0.
- Beside these, each process has what Node tells of itself: \`process_…\` (processor time, memory, open
  files) and \`nodejs_…\` (delay of the event loop, heap, garbage collection).`;

const labelsOf = ({ labels }: MetricDefinition): string =>
  labels.length === 0 ? '' : labels.map(code).join(', ');

const bucketsOf = ({ buckets }: MetricDefinition): string =>
  buckets ? ` Buckets: ${buckets.join(', ')}.` : '';

const rowOf = (definition: MetricDefinition): string[] => [
  code(definition.name),
  definition.kind,
  labelsOf(definition),
  definition.help + bucketsOf(definition),
];

/** docs/reference/metrics.md */
export const metricsPage = (): string =>
  page(
    generatedFrom('the definitions in packages/*/src/metrics'),
    '# Metrics',
    intro,
    ...Object.entries(metricsByArea).flatMap(([area, definitions]) => [
      `## ${area}`,
      table(['Metric', 'Kind', 'Labels', 'What it tells'], definitions.map(rowOf)),
    ]),
  );
