import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HistoryApi, startHistoryApi } from './history-fixtures.ts';
import { startWorkerOf } from './running-worker.ts';

let history: HistoryApi;
beforeAll(async () => {
  history = await startHistoryApi();
});
afterAll(() => history[Symbol.asyncDispose]());

const submit = async (type: string, payload: unknown, options = {}): Promise<string> =>
  (await history.api.submit({ type, payload, options })).body.id;

test('a job that had not ended is shown as it is now', async () => {
  const echo = await submit('demo.echo', { value: 1 }, { tags: ['now'] });
  const later = await submit('demo.echo', { value: 1 }, { tags: ['now'], delay: '1h' });
  await history.record([echo, later]);
  const list = async (query: string) => (await history.list(query)).body.items;
  expect((await list('tag=now')).map(({ status }: { status: string }) => status)).toEqual([
    'scheduled',
    'queued',
  ]);

  await using _worker = await startWorkerOf(history.api);
  await history.api.ask(`/jobs/${echo}`, { headers: { prefer: 'wait=20' } });
  expect(await list('tag=now')).toMatchObject([
    { id: later, status: 'scheduled', progress: 0 },
    { id: echo, status: 'succeeded', progress: 1, attempts: { made: 1 } },
  ]);
  // It was recorded as queued, and is not any more.
  expect(await list('tag=now&status=queued')).toEqual([]);
  expect(await list('tag=now&status=queued,scheduled')).toMatchObject([{ id: later }]);
});

test('a job that Redis has lost is shown as it was', async () => {
  const at = Date.now() - 1_000;
  const lost = { at, tags: ['lost'], status: 'running', finishedAt: null };
  const [id] = await history.plant([lost]);
  expect((await history.list('tag=lost&status=running')).body.items).toMatchObject([
    { id, status: 'running' },
  ]);
});
