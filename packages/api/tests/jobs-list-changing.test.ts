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

test('the list goes on after jobs that ceased to fit while they were looked for', async () => {
  // More of others than the first look takes in: then an index is asked where the rare ones are.
  await history.plant(Array.from({ length: 300 }, (_, n) => ({ at: Date.now() - 30_000 - n })));
  const at = Date.now() - 60_000;
  const failed = { status: 'failed', errorCode: 'rare' };
  const rare = await history.plant(
    Array.from({ length: 20 }, (_, n) => ({ at: at - n * 1_000, ...failed })),
  );
  const [retried, ...others] = rare;
  const pool = createPool({ url: history.database.url, max: 1, name: 'test', log: silentLog() });
  let sought = 0;
  const db = {
    query: async (sql: string, values?: unknown[]) => {
      const answer = await pool.query(sql, values);
      if (sql.includes('seek_jobs') && sought++ === 0) {
        const run = "status = 'queued', finished_at = null, error_code = null, words = ''";
        await history.database.query(`update drover.jobs set ${run} where id = $1`, [retried]);
      }
      return answer;
    },
  } as typeof pool;
  const found: string[] = [];
  let after: Awaited<ReturnType<typeof readHistoryPage>>['next'];
  do {
    const filter = { tenant: 'acme', status: ['failed'], code: ['rare'] };
    const page = await readHistoryPage(db, filter, { limit: 5, after });
    found.push(...page.jobs.map(({ id }) => id));
    after = page.next;
  } while (after);
  await pool.end();
  expect(sought).toBeGreaterThan(0);
  expect(found).toEqual(others);
});
