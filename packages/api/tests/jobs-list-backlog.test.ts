import { readHistoryPage } from '@drover/jobs/history/page';
import { createPool } from '@drover/shared/database/pool';
import { silentLog } from '@drover/shared/log';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HistoryApi, startHistoryApi } from './history-fixtures.ts';

let history: HistoryApi;
beforeAll(async () => {
  history = await startHistoryApi();
});
afterAll(() => history[Symbol.asyncDispose]());

test('a rare tag in a long backlog is looked for in bounded steps, and none is left out', async () => {
  const open = { status: 'queued', startedAt: null, finishedAt: null };
  const at = Date.now() - 60_000;
  await history.plant(Array.from({ length: 3_000 }, (_, n) => ({ at: at - n, ...open })));
  const rare = await history.plant([
    { at: at - 10, tags: ['rare'], ...open },
    { at: at - 500, tags: ['rare'], status: 'failed', errorCode: 'error' },
    { at: at - 5_000, tags: ['rare'], ...open },
  ]);
  const pool = createPool({ url: history.database.url, max: 2, name: 'test', log: silentLog() });
  const filter = { tenant: 'acme', status: ['queued', 'failed'], tags: ['rare'] };
  const found: string[] = [];
  let pages = 0;
  let after: Awaited<ReturnType<typeof readHistoryPage>>['next'];
  do {
    // There is time for one look only.
    const page = await readHistoryPage(pool, filter, { limit: 10, after, budgetMs: 0.01 });
    found.push(...page.jobs.map(({ id }) => id));
    after = page.next;
    pages += 1;
  } while (after);
  await pool.end();
  expect(found).toEqual(rare);
  expect(pages).toBeGreaterThan(5);
  expect(await history.ids('tag=rare&status=queued,failed')).toEqual(rare);
});
