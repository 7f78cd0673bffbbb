import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const types = (headers: Record<string, string> = {}, method = 'GET') =>
  api.ask('/job-types', { headers, method });

test('a text that a client knows is 304, without a body', async () => {
  const first = await types();
  const etag = first.headers.get('etag') ?? '';
  expect(etag).toMatch(/^W\/"[\w-]{27}"$/);
  expect(first.headers.get('cache-control')).toBe('private, no-cache');
  for (const known of [etag, etag.slice(2), `"a", ${etag}`, '*']) {
    const again = await types({ 'if-none-match': known });
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' });
    expect(again.headers.get('etag')).toBe(etag);
    expect(again.headers.has('content-type')).toBe(false);
  }
  expect((await types({ 'if-none-match': '"other"' })).status).toBe(200);
});

test('HEAD has the tag too, and can be 304', async () => {
  const etag = (await types()).headers.get('etag') ?? '';
  expect((await types({}, 'HEAD')).headers.get('etag')).toBe(etag);
  expect((await types({ 'if-none-match': etag }, 'HEAD')).status).toBe(304);
});

test('the tag follows the text', async () => {
  const { id } = (await api.submit({ type: 'demo.echo', payload: { value: 1 } })).body;
  const before = (await api.ask(`/jobs/${id}`)).headers.get('etag') ?? '';
  const headers = { 'if-none-match': before };
  expect((await api.ask(`/jobs/${id}`, { headers })).status).toBe(304);
  expect((await api.ask(`/jobs/${id}`, { method: 'DELETE' })).status).toBe(200);
  expect((await api.ask(`/jobs/${id}`, { headers })).status).toBe(200);
});

test('submissions and problems have no tag and are not kept', async () => {
  const answers = [
    await api.submit({ type: 'demo.echo', payload: { value: 1 } }),
    await api.ask('/jobs/nonsense'),
    await api.ask('/job-types', { key: null }),
  ];
  for (const { headers } of answers) {
    expect(headers.has('etag')).toBe(false);
    expect(headers.get('cache-control')).toBe('no-store');
  }
});
