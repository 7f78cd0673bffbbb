import { defineMetric, roles } from './define-metric.ts';

export const collectSuccess = defineMetric({
  name: 'drover_collect_success',
  kind: 'gauge',
  help: 'Whether what this request for metrics had to ask of other servers was answered (1) or not (0): then those metrics are missing.',
  labels: ['collector'],
  by: roles,
});
