import { type Arrived, startSite } from '../../worker/tests/web-site.ts';

/** A span as it was sent. */
export interface ReceivedSpan {
  service: string;
  traceId: string;
  spanId: string;
  /** Empty for the first of a trace. */
  parentSpanId: string;
  name: string;
  /** 1 internal, 2 server, 5 consumer. */
  kind: number;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number;
  attributes: Record<string, unknown>;
  error: string | undefined;
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  status: { code?: number; message?: string };
}

interface ResourceSpans {
  resource: { attributes: Attribute[] };
  scopeSpans: { spans: SentSpan[] }[];
}

/** A place that takes traces by OTLP over HTTP, in JSON. */
export interface OtlpReceiver extends AsyncDisposable {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly requests: readonly Arrived[];
  spans(): ReceivedSpan[];
}

const valuesOf = (attributes: readonly Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

const toMs = (nanoseconds: string): number => Number(BigInt(nanoseconds) / 1_000_000n);

const toSpan = (service: string, sent: SentSpan): ReceivedSpan => ({
  service,
  traceId: sent.traceId,
  spanId: sent.spanId,
  parentSpanId: sent.parentSpanId ?? '',
  name: sent.name,
  kind: sent.kind,
  startedAt: toMs(sent.startTimeUnixNano),
  endedAt: toMs(sent.endTimeUnixNano),
  attributes: valuesOf(sent.attributes),
  error: sent.status.code === 2 ? (sent.status.message ?? '') : undefined,
});

const spansIn = ({ body }: Arrived): ReceivedSpan[] =>
  (JSON.parse(body) as { resourceSpans: ResourceSpans[] }).resourceSpans.flatMap(
    ({ resource, scopeSpans }) => {
      const service = String(valuesOf(resource.attributes)['service.name']);
      return scopeSpans.flatMap(({ spans }) => spans.map((span) => toSpan(service, span)));
    },
  );

export const startOtlpReceiver = async (): Promise<OtlpReceiver> => {
  const site = await startSite();
  site.answer((response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
  );
  return {
    url: site.url,
    requests: site.arrived,
    spans: () => site.arrived.flatMap(spansIn),
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
};
