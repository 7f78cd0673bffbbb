import { defineMetric, requestBuckets } from '@drover/shared/metrics/define-metric';

const by = ['api'] as const;

/** What the API tells of its requests. */
export const apiMetrics = {
  requests: defineMetric({
    name: 'drover_http_requests_total',
    kind: 'counter',
    help: 'Requests that are over, by route (its pattern; `unmatched` where there is none) and class of status (`2xx` …, or `aborted` when the client left).',
    labels: ['method', 'route', 'status'],
    by,
  }),
  duration: defineMetric({
    name: 'drover_http_request_duration_seconds',
    kind: 'histogram',
    help: 'From the arrival of a request to the end of its answer. Requests that are held on purpose (`Prefer: wait`, event streams) and aborted ones are left out.',
    labels: ['method', 'route'],
    buckets: requestBuckets,
    by,
  }),
  inFlight: defineMetric({
    name: 'drover_http_requests_in_flight',
    kind: 'gauge',
    help: 'Requests that are being answered, those included that are held on purpose.',
    labels: [],
    by,
  }),
  problems: defineMetric({
    name: 'drover_http_problems_total',
    kind: 'counter',
    help: 'Requests that were answered with a problem, by its code (`/problems/<code>` explains it).',
    labels: ['code'],
    by,
  }),
  submissions: defineMetric({
    name: 'drover_submissions_total',
    kind: 'counter',
    help: 'Jobs that clients have submitted, by what came of it: `added`, `deduplicated`, `replayed` (by an Idempotency-Key), `conflict` or `failed`.',
    labels: ['type', 'queue', 'outcome'],
    by,
  }),
  workflows: defineMetric({
    name: 'drover_workflow_submissions_total',
    kind: 'counter',
    help: 'Workflows that clients have submitted, by what came of it: `added`, `replayed`, `gone` or `conflict`.',
    labels: ['outcome'],
    by,
  }),
};
