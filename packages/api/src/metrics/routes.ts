import { Problem } from '@drover/shared/http/problem';
import { type MetricsRefusal, refusalOfMetrics } from '@drover/shared/metrics/access';
import type { Metrics } from '@drover/shared/metrics/metrics';
import type { FastifyInstance } from 'fastify';
import { readMetrics } from '../openapi/operations/metrics.ts';

const problemOf = (refusal: MetricsRefusal): Problem =>
  refusal === 'token-needed'
    ? new Problem(
        'metrics-token-required',
        'Send the header "Authorization: Bearer <METRICS_TOKEN>".',
        {
          headers: { 'www-authenticate': 'Bearer realm="drover metrics"' },
        },
      )
    : new Problem(
        'metrics-not-public',
        'Metrics are not shown through a proxy unless METRICS_TOKEN is set.',
      );

/** `GET /metrics`, for Prometheus. It needs no key: it names no tenant, no job and no secret. */
export const metricsRoute = (
  scope: FastifyInstance,
  { metrics, token }: { metrics: Metrics | undefined; token: string | undefined },
): void => {
  if (!metrics) return;
  const config = { operation: readMetrics };
  scope.get('/metrics', { config }, async ({ headers }, reply) => {
    const refusal = refusalOfMetrics(headers, token);
    if (refusal) throw problemOf(refusal);
    const text = await metrics.text();
    return reply.type(metrics.contentType).header('cache-control', 'no-store').send(text);
  });
};
