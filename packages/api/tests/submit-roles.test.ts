import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const refresh = { type: 'view.refresh', payload: { view: 'sales_by_region' } };
const warm = { type: 'cache.warm', payload: { view: 'sales_by_region' } };
const echo = { type: 'demo.echo', payload: { value: 1 } };

const post = (path: string, body: unknown, key?: string) =>
  api.ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(key !== undefined && { key }),
  });
const schedule = (body: object) =>
  api.ask('/schedules/by-the-minute', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ cron: '* * * * *', ...body }),
  });

test.each([
  ['a refresh', () => post('/jobs', refresh)],
  ['a warming', () => post('/jobs', warm)],
  ['a step of a workflow', () => post('/workflows', { chain: [echo, refresh] })],
  ['a schedule', () => schedule(refresh)],
])('whoever may only submit is refused %s', async (_, submit) => {
  const before = await api.countJobs();
  const { status, body } = await submit();
  expect([status, body.type]).toEqual([403, '/problems/forbidden']);
  expect(body.detail).toContain('"operate"');
  expect(await api.countJobs()).toBe(before);
});

test('in a batch, only that item is refused', async () => {
  const { status, body } = await post('/jobs/batch', { jobs: [echo, refresh] });
  expect(status).toBe(207);
  expect(body.items.map((item: { status: number }) => item.status)).toEqual([202, 403]);
});

test('an operator may submit them', async () => {
  const answers = [
    await post('/jobs', refresh, 'dev'),
    await post('/jobs/batch', { jobs: [warm] }, 'dev'),
    await post('/workflows', { chain: [echo, refresh] }, 'dev'),
  ];
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
});

test('the catalog says which types are for operators', async () => {
  const { body } = await api.ask('/job-types');
  const forOperators = body.items.filter(({ role }: { role: string }) => role === 'operate');
  expect(forOperators.map(({ type }: { type: string }) => type)).toEqual([
    'view.refresh',
    'cache.warm',
  ]);
});
