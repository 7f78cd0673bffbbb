import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const basic = { authorization: `Basic ${Buffer.from('me:dev').toString('base64')}` };

test.each([
  ['/live', {}],
  ['/job-types', { authorization: `Bearer ${keys.acme}` }],
  ['/job-types', {}],
  ['/nothing', {}],
  ['/jobs/%ff', {}],
  ['/problems/internal', { accept: 'text/html' }],
  ['/admin/queues', basic],
  ['/admin/queues/api/queues', basic],
])('%s is to be taken for what it says it is', async (path, headers: Record<string, string>) => {
  const answer = await api.ask(path, { key: null, headers });
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  expect(answer.headers.has('access-control-allow-origin')).toBe(false);
  expect(answer.headers.has('x-powered-by')).toBe(false);
});

test.each([
  ['/problems', { accept: 'text/html' }],
  ['/admin/queues', basic],
])('the page %s is restricted', async (path, headers: Record<string, string>) => {
  const answer = await api.ask(path, { key: null, headers });
  expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
  expect(answer.headers.get('x-frame-options')).toBe('DENY');
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(answer.headers.get('content-security-policy')).not.toContain("'unsafe-eval'");
});

test('what is no page has none of the headers of pages', async () => {
  const { headers } = await api.ask('/job-types');
  expect(headers.has('content-security-policy')).toBe(false);
});
