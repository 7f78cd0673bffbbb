import { appendLines, encodeLine, keptLogLines } from '@drover/jobs/record/log-lines';
import { parseJobId } from '@drover/shared/job-id';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
let id: string;
const at = '2026-01-01T00:00:00.000Z';

const append = (...messages: string[]) =>
  appendLines(
    api.queues,
    parseJobId(id) as NonNullable<ReturnType<typeof parseJobId>>,
    messages.map((message) => encodeLine({ at, level: 'info', message })),
  );

beforeAll(async () => {
  api = await startApi();
  id = (await api.submit({ type: 'demo.echo', payload: { value: 1 } })).body.id;
  await append(...Array.from({ length: 250 }, (_, i) => `line ${i + 1}`));
});
afterAll(() => api[Symbol.asyncDispose]());

const page = async (query = '', init = {}) => api.ask(`/jobs/${id}/logs${query}`, init);

test('lines come in pages, oldest first, each with its number', async () => {
  const { body } = await page();
  expect(body.items).toHaveLength(100);
  expect(body.items[0]).toEqual({ seq: 1, at, level: 'info', message: 'line 1' });
  expect(body.nextAfter).toBe(100);
  const rest = (await page('?after=100&limit=1000')).body;
  expect(rest.items.map(({ seq }: { seq: number }) => seq)).toEqual(
    Array.from({ length: 150 }, (_, i) => i + 101),
  );
  expect(rest.nextAfter).toBeNull();
});

test('beyond the last line there is nothing, yet', async () => {
  expect((await page('?after=250')).body).toEqual({ items: [], nextAfter: null });
  expect((await page('?after=999999')).body).toEqual({ items: [], nextAfter: null });
});

test('of too many lines the latest are kept, with their numbers', async () => {
  await append(...Array.from({ length: keptLogLines }, (_, i) => `more ${i + 1}`));
  const { body } = await page('?limit=2');
  expect(body.items.map(({ seq }: { seq: number }) => seq)).toEqual([251, 252]);
  expect((await page('?after=1249')).body.items).toMatchObject([{ seq: 1250 }]);
});

test('a job that has written nothing', async () => {
  const other = (await api.submit({ type: 'demo.echo', payload: { value: 1 } })).body.id;
  expect((await api.ask(`/jobs/${other}/logs`)).body).toEqual({ items: [], nextAfter: null });
});

test.each([
  '?after=-1',
  '?after=x',
  '?limit=0',
  '?limit=1001',
  '?limit=1e3',
  '?page=2',
  '?after=1&after=2',
])('%s is refused: 400', async (query) => {
  expect(await page(query)).toMatchObject({
    status: 400,
    body: { type: '/problems/invalid-parameters' },
  });
});

test('another tenant’s job is not there', async () => {
  expect((await page('', { key: keys.other })).status).toBe(404);
});
