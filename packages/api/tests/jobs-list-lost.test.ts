import { afterAll, beforeAll, expect, test } from 'vitest';
import { deadApiKeys, deadKeys } from './dead-letters-fixtures.ts';
import { type HistoryApi, startHistoryApi } from './history-fixtures.ts';

const key = deadKeys.acme;
let history: HistoryApi;
beforeAll(async () => {
  history = await startHistoryApi({ API_KEYS: deadApiKeys });
});
afterAll(() => history[Symbol.asyncDispose]());

test('a job that Redis has lost before it ended is nowhere told as one that is at work', async () => {
  const at = Date.now() - 1_000;
  const open = { at, tags: ['lost'], status: 'queued', startedAt: null, finishedAt: null };
  const [lost, there] = await history.plant([open, open]);
  await history.database.query('update drover.jobs set gone_at = now() where id = $1', [lost]);
  expect((await history.api.ask(`/jobs/${lost}`, { key })).status).toBe(404);
  expect((await history.api.ask(`/jobs/${there}`, { key })).status).toBe(200);
  expect(await history.ids('tag=lost&status=queued', key)).toEqual([there]);
  expect(await history.ids('tag=lost', key)).toEqual([there]);
  const { text } = await history.api.ask('/jobs/export?tag=lost', { key });
  expect(text.trim().split('\n')).toHaveLength(1);
  const dry = await history.api.ask('/jobs/cancel', {
    key,
    method: 'POST',
    body: JSON.stringify({ filter: { tag: ['lost'] }, dryRun: true }),
    headers: { 'content-type': 'application/json' },
  });
  expect(dry.body).toMatchObject({ count: 1, sample: [{ id: there }] });
});
