import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from './otlp-receiver.ts';
import { startTracedSystem, type TracedSystem } from './traced-system.ts';

/** Longer than spans wait to be sent together. */
const soon = { timeout: 10_000, interval: 50 };

let receiver: OtlpReceiver;
let system: TracedSystem;
beforeAll(async () => {
  receiver = await startOtlpReceiver();
  system = await startTracedSystem({ OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/` });
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

/** A request that the API of a busy machine had no time for, and that was sent again. */
const wasBusy = ({ attributes }: ReceivedSpan): boolean =>
  Number(attributes['http.response.status_code']) === 503;

/** Spans of one trace by their names, as soon as all of these are there. */
const traceWith = async (
  traceId: (spans: readonly ReceivedSpan[]) => string | undefined,
  names: readonly string[],
): Promise<(name: string) => ReceivedSpan> => {
  let found: ReceivedSpan[] = [];
  await expect
    .poll(() => {
      const spans = receiver.spans();
      const wanted = traceId(spans);
      found = spans.filter((span) => span.traceId === wanted && !wasBusy(span));
      return found.map(({ name }) => name).sort();
    }, soon)
    .toEqual([...names].sort());
  return (name) => found.find((span) => span.name === name) as ReceivedSpan;
};

const spanIdIn = (path: string): string | undefined => {
  const request = system.arrived.find((arrived) => arrived.path === path);
  return /^00-[0-9a-f]{32}-([0-9a-f]{16})-01$/.exec(String(request?.headers['traceparent']))?.[1];
};

test('one trace leads from the request through the wait and the run to the webhook', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const job = {
    type: 'http.request',
    payload: { method: 'GET', url: `${system.url}/asked` },
    options: { webhook: { url: `${system.url}/told` } },
  };
  const { id } = await system.post('/jobs', job, {
    traceparent: `00-${traceId}-b7ad6b7169203331-01`,
  });
  const span = await traceWith(
    () => traceId,
    ['POST /jobs', 'wait http', 'run http.request', 'wait webhooks', 'run webhook.deliver'],
  );
  const request = span('POST /jobs');
  expect(request).toMatchObject({ service: 'drover-api', kind: 2, error: undefined });
  expect(request.parentSpanId).toBe('b7ad6b7169203331');
  expect(request.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/jobs',
    'http.response.status_code': 202,
    'drover.tenant': 'dev',
  });
  const run = span('run http.request');
  expect(run).toMatchObject({ service: 'drover-worker', kind: 5, parentSpanId: request.spanId });
  expect(run.attributes).toMatchObject({
    'messaging.message.id': id,
    'messaging.destination.name': 'http',
    'drover.job.attempt': 1,
    'drover.job.outcome': 'succeeded',
  });
  const wait = span('wait http');
  expect(wait.parentSpanId).toBe(request.spanId);
  expect(wait.endedAt).toBe(run.startedAt);
  expect(wait.startedAt).toBeGreaterThanOrEqual(request.startedAt);
  expect(span('run webhook.deliver').parentSpanId).toBe(request.spanId);
  expect(spanIdIn('/asked')).toBe(run.spanId);
  expect(spanIdIn('/told')).toBe(span('run webhook.deliver').spanId);
});

test('the steps of a workflow and the webhook of its end are in the trace of its submission', async () => {
  const workflow = {
    steps: {
      first: { type: 'demo.echo', payload: { value: 1 } },
      second: {
        type: 'demo.echo',
        payload: { value: { $result: 'first/value' } },
        needs: ['first'],
      },
    },
    webhook: { url: `${system.url}/ended` },
  };
  await system.post('/workflows', workflow);
  const span = await traceWith(
    (spans) => spans.find(({ name }) => name === 'POST /workflows')?.traceId,
    [
      'POST /workflows',
      ...['wait demo', 'run demo.echo', 'wait demo', 'run demo.echo'],
      ...['wait webhooks', 'run webhook.deliver'],
    ],
  );
  const { spanId, parentSpanId } = span('POST /workflows');
  expect(parentSpanId).toBe('');
  expect(span('run demo.echo').parentSpanId).toBe(spanId);
  expect(spanIdIn('/ended')).toBe(span('run webhook.deliver').spanId);
});

test('what a handler submits belongs to its run', async () => {
  const job = { type: 'demo.fail', payload: { failures: 1, permanent: true } };
  await system.post('/jobs', { type: 'test.relay', payload: { job } });
  const span = await traceWith(
    (spans) => spans.find(({ name }) => name === 'run test.relay')?.traceId,
    ['POST /jobs', 'wait demo', 'run test.relay', 'wait demo', 'run demo.fail'],
  );
  const failed = span('run demo.fail');
  expect(failed.parentSpanId).toBe(span('run test.relay').spanId);
  expect(failed.error).toBeTypeOf('string');
  expect(failed.attributes['drover.job.outcome']).toBe('failed');
});

test('the lines of the log name the trace', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  await system.post('/jobs', { type: 'demo.echo', payload: { value: 1 } }, headers);
  const linesOf = () => system.lines.filter((line) => line['traceId'] === traceId);
  await expect.poll(() => linesOf().map(({ msg }) => msg), soon).toContain('succeeded');
  expect(linesOf().map(({ msg }) => msg)).toContain('request');
});
