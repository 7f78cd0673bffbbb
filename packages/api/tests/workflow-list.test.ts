import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { accepted, echo, ended, failing } from './workflow-fixtures.ts';

let api: RunningApi;
let worker: AsyncDisposable;

beforeAll(async () => {
  api = await startApi({ PARTITIONS: '3' });
  worker = await startWorkerOf(api);
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

const idsOf = (body: { items: { id: string }[] }) => body.items.map(({ id }) => id);

test('workflows of all partitions are listed, the newest first, page by page', async () => {
  const made: string[] = [];
  for (let n = 0; n < 7; n += 1) {
    const { id } = await accepted(api, { chain: [n % 2 ? failing() : echo(n)] });
    made.unshift(id);
    await ended(api, { id });
  }
  const { body: all } = await api.ask('/workflows');
  expect(idsOf(all)).toEqual(made);
  expect(all.nextCursor).toBeNull();
  expect(all.items[0]).not.toHaveProperty('steps');

  const pages: string[] = [];
  let cursor = '';
  do {
    const { body } = await api.ask(`/workflows?limit=3${cursor}`);
    pages.push(...idsOf(body));
    cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
  } while (cursor !== '');
  expect(pages).toEqual(made);

  const { body: failed } = await api.ask('/workflows?status=failed');
  expect(idsOf(failed)).toEqual(made.filter((_, n) => (made.length - 1 - n) % 2 === 1));
  const { body: running } = await api.ask('/workflows?status=running');
  expect(running.items).toEqual([]);
});

test.each(['status=done', 'limit=0', 'limit=201', 'cursor=x', 'nope=1'])(
  'the query string %s is refused',
  async (query) => {
    const { status, body } = await api.ask(`/workflows?${query}`);
    expect(status).toBe(400);
    expect(body.type).toBe('/problems/invalid-parameters');
  },
);
