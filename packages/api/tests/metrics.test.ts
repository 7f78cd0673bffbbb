import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSamples, type Sample, sumOf } from '../../../tests/metrics/samples.ts';
import { type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const echo = { type: 'demo.echo', payload: { value: 1 } };

const scrape = async () => {
  const { status, headers, text } = await api.ask('/metrics', { key: null });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return { samples: readSamples(text) };
};

/** An API of a busy machine turns requests away; we come again, as clients should. */
const submit = async (...args: Parameters<RunningApi['submit']>) => {
  let answer = await api.submit(...args);
  while (answer.status === 503) answer = await api.submit(...args);
  return answer;
};

test('requests are counted and timed by method, route and class of status', async () => {
  await submit(echo);
  await submit({ type: 'demo.echo' });
  const { samples } = await scrape();
  const route = { method: 'POST', route: '/jobs', role: 'api' };
  expect(sumOf(samples, 'drover_http_requests_total', { ...route, status: '2xx' })).toBe(1);
  expect(sumOf(samples, 'drover_http_requests_total', { ...route, status: '4xx' })).toBe(1);
  const timed = sumOf(samples, 'drover_http_request_duration_seconds_count', route);
  expect(timed).toBe(sumOf(samples, 'drover_http_requests_total', route));
  const problem = { code: 'invalid-submission' };
  expect(sumOf(samples, 'drover_http_problems_total', problem)).toBe(1);
  // That for the metrics themselves.
  expect(sumOf(samples, 'drover_http_requests_in_flight')).toBeGreaterThanOrEqual(1);
});

test('what clients make up never becomes a label', async () => {
  for (const path of ['/nothing/here', '/nothing/there', '/jobs/no-such-job', '/jobs/nor-this']) {
    await api.ask(path);
  }
  for (const method of ['PROPFIND', 'MKCOL']) await api.ask('/nothing', { method });
  for (const type of ['made.up', 'made.up-too']) await api.submit({ type, payload: {} });
  const { samples } = await scrape();
  expect(JSON.stringify(samples)).not.toMatch(/nothing|no-such|made\.up|PROPFIND|acme/);
  expect(sumOf(samples, 'drover_http_requests_total', { route: '/jobs/:id' })).toBe(2);
  expect(sumOf(samples, 'drover_http_requests_total', { route: 'unmatched' })).toBe(4);
  expect(sumOf(samples, 'drover_http_requests_total', { method: 'other' })).toBe(2);
  const routesIn = (all: readonly Sample[]) => [
    ...new Set(all.map(({ labels }) => `${labels['method']} ${labels['route']}`)),
  ];
  for (const path of ['/nothing/1', '/nothing/2', '/jobs/x', '/jobs/y']) await api.ask(path);
  expect(routesIn((await scrape()).samples)).toEqual(routesIn(samples));
});

test('requests that are held on purpose do not count as slow', async () => {
  const waiting = await submit(echo, { headers: { prefer: 'wait=1' } });
  expect(waiting.headers.get('preference-applied')).toBe('wait=1');
  const { samples } = await scrape();
  const route = { method: 'POST', route: '/jobs' };
  const requests = sumOf(samples, 'drover_http_requests_total', route) ?? 0;
  expect(sumOf(samples, 'drover_http_request_duration_seconds_count', route)).toBe(requests - 1);
});

test('requests that break off are over, and are no errors', async () => {
  const gone = new AbortController();
  const asking = api.submit(echo, { headers: { prefer: 'wait=30' }, signal: gone.signal });
  const inFlight = async () => sumOf((await scrape()).samples, 'drover_http_requests_in_flight');
  await expect.poll(inFlight).toBe(2);
  gone.abort();
  await expect(asking).rejects.toThrow();
  // One that reaches no route at all.
  expect((await api.ask('/jobs/%')).status).toBe(400);
  await expect.poll(inFlight).toBe(1);
  const aborted = { route: '/jobs', status: 'aborted' };
  expect(sumOf((await scrape()).samples, 'drover_http_requests_total', aborted)).toBe(1);
});

test('submissions are counted by what came of them', async () => {
  const headers = { 'idempotency-key': 'once' };
  await submit(echo, { headers });
  await submit(echo, { headers });
  await submit({ ...echo, payload: { value: 2 } }, { headers });
  const workflow = { chain: [echo, echo] };
  await api.ask('/workflows', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(workflow),
  });
  const { samples } = await scrape();
  const of = (outcome: string) =>
    sumOf(samples, 'drover_submissions_total', { type: 'demo.echo', queue: 'demo', outcome });
  expect(of('added')).toBeGreaterThanOrEqual(1);
  expect(of('replayed')).toBe(1);
  expect(of('conflict')).toBe(1);
  expect(sumOf(samples, 'drover_workflow_submissions_total', { outcome: 'added' })).toBe(1);
});

test('what comes through a proxy does not get them', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.7' };
  const { status, body } = await api.ask('/metrics', { key: null, headers });
  expect(status).toBe(403);
  expect(body.type).toBe('/problems/metrics-not-public');
});

test('with a token they are for those who have it', async () => {
  const token = 'a-long-random-text';
  await using guarded = await startApi({ METRICS_TOKEN: token });
  const refused = await guarded.ask('/metrics');
  expect(refused.status).toBe(401);
  expect(refused.body.type).toBe('/problems/metrics-token-required');
  expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer /);
  const headers = { 'x-forwarded-for': '203.0.113.7' };
  expect((await guarded.ask('/metrics', { key: token, headers })).status).toBe(200);
});

test('they can be turned off', async () => {
  await using bare = await startApi({ METRICS: 'false' });
  expect((await bare.submit(echo)).status).toBe(202);
  expect((await bare.ask('/metrics')).status).toBe(404);
});
