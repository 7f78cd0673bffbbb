import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HistoryApi, startHistoryApi } from './history-fixtures.ts';
import { startApi } from './running-api.ts';

const forgotten = 'demo.0.01k3v9qj5c8d7e6f5g4h3j2k1m';

let history: HistoryApi;
beforeAll(async () => {
  history = await startHistoryApi({
    DATABASE_ACQUIRE_TIMEOUT: '500ms',
    DATABASE_STATEMENT_TIMEOUT: '1s',
  });
  await history.plant([{ at: Date.now() - 1_000 }]);
});
afterAll(() => history[Symbol.asyncDispose]());

const unavailable = { status: 503, body: { type: '/problems/store-unavailable' } };

test('a search that takes too long is given up', async () => {
  await using other = await history.database.query('select 1').then(async () => {
    await history.database.query('begin');
    await history.database.query('lock table drover.jobs in access exclusive mode');
    return {
      [Symbol.asyncDispose]: async () => {
        await history.database.query('rollback');
      },
    };
  });
  expect(other).toBeDefined();
  const answer = await history.list('');
  expect(answer).toMatchObject(unavailable);
  expect(answer.headers.get('retry-after')).toBe('1');
});

test('while Postgres is away, what needs the history says so, and the rest goes on', async () => {
  await history.proxy.cut();
  for (const path of ['/jobs', '/jobs?text=a', '/jobs/export', `/jobs/${forgotten}`]) {
    const answer = await history.api.ask(path);
    expect(answer).toMatchObject(unavailable);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.text).not.toMatch(/ECONN|postgres:|select/);
  }
  const { status, body } = await history.api.submit({ type: 'demo.echo', payload: { value: 1 } });
  expect(status).toBe(202);
  expect((await history.api.ask(`/jobs/${body.id}`)).status).toBe(200);
  expect((await history.api.ask('/jobs/no-id')).status).toBe(404);
});

test('a server that records no history says so, and reads jobs by their ids', async () => {
  await using off = await startApi({ HISTORY_DAYS: '0' });
  for (const path of ['/jobs', '/jobs/export']) {
    expect(await off.ask(path)).toMatchObject({
      status: 501,
      body: { type: '/problems/history-off' },
    });
  }
  expect((await off.ask(`/jobs/${forgotten}`)).status).toBe(404);
});
