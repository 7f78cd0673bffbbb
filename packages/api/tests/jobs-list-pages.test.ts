import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HistoryApi, startHistoryApi } from './history-fixtures.ts';

let history: HistoryApi;
beforeAll(async () => {
  history = await startHistoryApi();
});
afterAll(() => history[Symbol.asyncDispose]());

/** All pages of a list; between them something happens. */
const pages = async (query: Record<string, string>, between: () => Promise<unknown>) => {
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { status, body } = await history.list({ ...query, ...(cursor && { cursor }) });
    expect(status).toBe(200);
    seen.push(...body.items.map(({ id }: { id: string }) => id));
    cursor = body.nextCursor;
    await between();
  }
  return seen;
};

const moments = (count: number, stepMs: number) =>
  // Two at each moment: the id decides between them.
  Array.from({ length: count }, (_, n) => Date.now() - 60_000 - Math.floor(n / 2) * stepMs);

test('no job is skipped or shown twice while others arrive', async () => {
  const planted = await history.plant(moments(41, 1_000).map((at) => ({ at })));
  const seen = await pages({ limit: '4' }, () => history.plant([{}, {}]));
  expect(seen.filter((id) => planted.includes(id))).toHaveLength(41);
  expect(new Set(seen).size).toBe(seen.length);
  expect(new Set(planted.filter((id) => seen.includes(id))).size).toBe(41);
});

test('rare jobs that lie far apart are found to the last', async () => {
  const far = moments(21, 4 * 3_600_000).map((at, n) => ({
    at,
    status: n % 3 === 0 ? 'failed' : 'expired',
    errorCode: n % 3 === 0 ? 'rare' : 'expired',
    tags: ['far'],
  }));
  // More of others than one look takes in.
  await history.plant(Array.from({ length: 600 }, (_, n) => ({ at: Date.now() - 30_000 - n })));
  const planted = await history.plant(far);
  const byTime = planted.toSorted((one, other) => (one.slice(-26) < other.slice(-26) ? 1 : -1));
  expect(await pages({ tag: 'far', limit: '5' }, async () => undefined)).toEqual(byTime);
  expect(await pages({ code: 'rare', limit: '2' }, async () => undefined)).toHaveLength(7);
});

test('jobs of statuses that have ended and of others come in one order', async () => {
  const mixed = moments(20, 2_000).map((at, n) =>
    n % 2 === 0
      ? { at, tags: ['mixed'], status: 'failed', errorCode: 'error' }
      : { at, tags: ['mixed'], status: 'scheduled', finishedAt: null, startedAt: null },
  );
  const planted = await history.plant(mixed);
  const byTime = planted.toSorted((one, other) => (one.slice(-26) < other.slice(-26) ? 1 : -1));
  const query = { tag: 'mixed', status: 'scheduled,failed', limit: '3' };
  expect(await pages(query, async () => undefined)).toEqual(byTime);
  const open = await pages(
    { tag: 'mixed', status: 'scheduled', limit: '3' },
    async () => undefined,
  );
  expect(open).toHaveLength(10);
});
