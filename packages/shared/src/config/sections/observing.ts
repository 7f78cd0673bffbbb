import { z } from 'zod';
import { timerDuration } from '../../duration.ts';
import { notes } from '../notes.ts';
import { otlpHeaders } from '../otlp-headers.ts';
import { urlWith, wholeNumber } from '../values.ts';

/** Logs, metrics, traces and health. */
export const observing = {
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .meta(notes('Least severe level that is logged.')),
  LOG_FORMAT: z
    .enum(['auto', 'json', 'pretty'])
    .default('auto')
    .meta(notes('`auto` is `pretty` on a terminal and `json` otherwise.')),
  METRICS: z
    .stringbool({ error: 'expected true or false' })
    .default(true)
    .meta(notes('Whether processes measure themselves and answer `/metrics`.')),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'expected 16 characters or more, without spaces')
    .optional()
    .meta(
      notes(
        'What Prometheus must send to `/metrics`, as `Authorization: Bearer <token>`. Unset: it needs nothing, and is refused to what comes through a proxy.',
        { example: 'a-long-random-text', secret: true },
      ),
    ),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlWith(['http:', 'https:'], 'http://localhost:4318')
    .optional()
    .meta(
      notes(
        'Where traces are sent, as OTLP over HTTP, to its path `/v1/traces`. Unset: no tracing library is loaded; a `traceparent` is still passed on.',
        { example: 'http://localhost:4318' },
      ),
    ),
  OTEL_EXPORTER_OTLP_HEADERS: otlpHeaders.prefault('').meta(
    notes('Headers of these requests: `name=value`, separated by commas, URL-encoded.', {
      example: 'authorization=Bearer%20a-long-secret',
      secret: true,
    }),
  ),
  OTEL_SERVICE_NAME: z
    .string()
    .max(255)
    .optional()
    .meta(
      notes(
        'Name of the service in traces. Unset: `drover-api`, `drover-worker`, `drover-scheduler`.',
        { example: 'drover' },
      ),
    ),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on')
    .meta(
      notes(
        'Which traces are sent. `parentbased_…` does as the caller has decided, and asks the rest of its name for traces that begin here.',
      ),
    ),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'expected a number from 0 to 1')
    .prefault('1')
    .transform(Number)
    .meta(notes('Share of the traces that `…traceidratio` sends, from 0 to 1.')),
  HEALTH_CLAIM_TIMEOUT: timerDuration
    .refine((ms) => ms >= 1_000, 'expected 1s at least')
    .prefault('30s')
    .meta(
      notes('`/live` of a worker fails when it leaves jobs that it could run lying for this long.'),
    ),
  HEALTH_MIN_DISK: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .prefault('104857600')
    .meta(notes('`/health` fails when fewer bytes than this are free on the disk of `DATA_DIR`.')),
  HEALTH_MIN_MEMORY: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .prefault('67108864')
    .meta(
      notes('`/health` fails when fewer bytes of memory than this are available to the process.'),
    ),
};
