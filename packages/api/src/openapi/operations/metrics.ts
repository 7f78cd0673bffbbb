import { z } from 'zod';
import type { Operation } from '../operation.ts';

const example = `# HELP drover_http_requests_in_flight Requests that are being answered, those included that are held on purpose.
# TYPE drover_http_requests_in_flight gauge
drover_http_requests_in_flight{role="api"} 1
`;

export const readMetrics: Operation = {
  id: 'readMetrics',
  tag: 'Health',
  summary: 'What the process measures of itself',
  description:
    'For Prometheus. Every process has its own. Open to those who reach the port directly, or with `METRICS_TOKEN` to those who send it as `Authorization: Bearer <token>`; API keys are for nothing here.',
  answers: {
    200: {
      description: 'In the text format of Prometheus, version 0.0.4.',
      content: {
        'text/plain': {
          schema: z.string(),
          examples: { gauge: { summary: 'One of many', value: example } },
        },
      },
    },
  },
  problems: ['metrics-token-required', 'metrics-not-public'],
};
