import {
  type Attributes,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Config } from '../config.ts';
import type { TraceContext } from './trace-context.ts';
import type { SpanAttributes, SpanStart, Tracer } from './tracer.ts';
import { tellOutcome } from './watched-exporter.ts';

/** Spans are sent together, this long after the first of them has ended. Milliseconds. */
const sendAfterMs = 1_000;

/** How long sending may take, with all that is tried again, in milliseconds. */
const sendTimeoutMs = 5_000;

/** Spans that wait to be sent; beyond it, new ones are dropped. */
const maxWaiting = 8_192;

const kinds = {
  server: SpanKind.SERVER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const satisfies Record<SpanStart['kind'], SpanKind>;

type Settings = NonNullable<Config['tracing']>;

const samplerOf = ({ sampler, ratio }: Settings): Sampler => {
  const root = sampler.endsWith('traceidratio')
    ? new TraceIdRatioBasedSampler(ratio)
    : sampler.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new AlwaysOnSampler();
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
};

/** The parent as the library takes it, and what has to be passed on of it unread. */
const contextOf = (parent: TraceContext | undefined) => {
  if (!parent) return ROOT_CONTEXT;
  const [, traceId = '', spanId = '', flags = '00'] = parent.traceparent.split('-');
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
};

const headersOf = (
  { traceId, spanId, traceFlags }: SpanContext,
  parent: TraceContext | undefined,
): TraceContext => ({
  traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
  ...(parent?.tracestate !== undefined && { tracestate: parent.tracestate }),
});

/** Attributes without those that are not known. */
const known = (attributes: SpanAttributes = {}): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

const toTracer = (otel: OtelTracer): Tracer => ({
  start: ({ name, kind, parent, startedAt, attributes }) => {
    const span = otel.startSpan(
      name,
      {
        kind: kinds[kind],
        attributes: known(attributes),
        ...(startedAt !== undefined && { startTime: startedAt }),
      },
      contextOf(parent),
    );
    return {
      context: headersOf(span.spanContext(), parent),
      end: (end = {}) => {
        if (end.attributes) span.setAttributes(known(end.attributes));
        if (end.error !== undefined) {
          span.setStatus({ code: SpanStatusCode.ERROR, message: end.error });
        }
        span.end(end.endedAt);
      },
    };
  },
});

/** What the process is called in traces. */
export interface ServiceNames {
  role: string;
  version: string;
  instance: string;
}

/**
 * Sends traces by OTLP over HTTP.
 * @param options.told hears whether the last sending went well, each time that this changes.
 */
export const openOtlp = (
  settings: Settings,
  { role, version, instance }: ServiceNames,
  told: (err: Error | undefined) => void,
): { tracer: Tracer; shutdown: () => Promise<void> } => {
  const exporter = new OTLPTraceExporter({
    url: `${settings.endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: settings.headers,
    timeoutMillis: sendTimeoutMs,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': settings.serviceName ?? `drover-${role}`,
      'service.version': version,
      'service.instance.id': instance,
      'drover.role': role,
    }),
    sampler: samplerOf(settings),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: tellOutcome(exporter, told),
        scheduledDelayMillis: sendAfterMs,
        exportTimeoutMillis: sendTimeoutMs,
        maxQueueSize: maxWaiting,
      }),
    ],
  });
  return {
    tracer: toTracer(provider.getTracer('drover', version)),
    shutdown: () => provider.shutdown(),
  };
};
