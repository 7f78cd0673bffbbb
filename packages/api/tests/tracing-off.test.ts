import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTracedSystem, type TracedSystem } from './traced-system.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const headers = { traceparent, tracestate: 'vendor=1' };
const soon = { timeout: 10_000 };

let system: TracedSystem;
beforeAll(async () => {
  system = await startTracedSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

const get = (path: string) => ({
  type: 'http.request',
  payload: { method: 'GET', url: system.url + path },
});

const arrivedAt = (path: string) => system.arrived.find((arrived) => arrived.path === path);

test('without an endpoint, the trace of a caller is handed on as it is', async () => {
  const webhook = { url: `${system.url}/told` };
  await system.post('/jobs', { ...get('/job'), options: { webhook } }, headers);
  await system.post('/jobs/batch', { jobs: [get('/batch')] }, headers);
  await system.post('/workflows', { chain: [get('/step-1'), get('/step-2')] }, headers);
  await system.post('/jobs', { type: 'test.relay', payload: { job: get('/relay') } }, headers);
  const paths = ['/batch', '/job', '/relay', '/step-1', '/step-2', '/told'];
  await expect.poll(() => system.arrived.map(({ path }) => path).sort(), soon).toEqual(paths);
  for (const path of paths) expect(arrivedAt(path)?.headers).toMatchObject(headers);
});

test('a job that nobody traces carries nothing', async () => {
  const wrong = { traceparent: '00-nonsense', tracestate: 'vendor=1' };
  const { id } = await system.post('/jobs', get('/plain'), wrong);
  await expect.poll(() => arrivedAt('/plain'), soon).toBeDefined();
  expect(arrivedAt('/plain')?.headers).not.toHaveProperty('traceparent');
  expect(arrivedAt('/plain')?.headers).not.toHaveProperty('tracestate');
  const lines = system.lines.filter(({ jobId }) => jobId === id);
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).not.toHaveProperty('traceId');
});

test('a receiver of traces that is away holds nothing up', async () => {
  await using other = await startTracedSystem({
    // Nobody listens there.
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  });
  const { id } = await other.post('/jobs', { type: 'demo.echo', payload: { value: 1 } });
  await expect.poll(async () => (await other.read(`/jobs/${id}`)).status, soon).toBe('succeeded');
});
