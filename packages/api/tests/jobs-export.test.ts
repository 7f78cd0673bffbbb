import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HistoryApi, startHistoryApi } from './history-fixtures.ts';
import { keys } from './running-api.ts';

let history: HistoryApi;
beforeAll(async () => {
  history = await startHistoryApi();
});
afterAll(() => history[Symbol.asyncDispose]());

const linesOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

test('all jobs of a filter, each whole, the newest first', async () => {
  const at = Date.now() - 60_000;
  const planted = await history.plant(
    Array.from({ length: 450 }, (_, n) => ({ at: at + n, tags: ['all'], payload: { n } })),
  );
  await history.plant([{ tenant: 'other', tags: ['all'] }]);
  const { status, headers, text } = await history.api.ask('/jobs/export?tag=all');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  const jobs = linesOf(text);
  expect(jobs.map(({ id }) => id)).toEqual(planted.toReversed());
  expect(jobs[0].payload).toEqual({ n: 449 });
  expect((await history.api.ask('/jobs/export?tag=none')).text).toBe('');
  expect(linesOf((await history.api.ask('/jobs/export', { key: keys.other })).text)).toHaveLength(
    1,
  );
  expect((await history.api.ask('/jobs/export?tag=all', { method: 'HEAD' })).text).toBe('');
});

const open = async (path: string): Promise<IncomingMessage> => {
  const request = get(`${history.api.url}${path}`, {
    headers: { authorization: `Bearer ${keys.acme}` },
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
};

test('what a slow client does not take is not read', async () => {
  const megabyte = 'x'.repeat(1_000_000);
  const at = Date.now() - 120_000;
  for (let n = 0; n < 4; n += 1) {
    await history.plant(
      Array.from({ length: 8 }, (_, m) => ({
        at: at + n * 10 + m,
        tags: ['large'],
        text: 'large',
        payload: { megabyte },
      })),
    );
  }
  const response = await open('/jobs/export?tag=large');
  response.pause();
  // Long enough for all to be sent, were it not for the client.
  await sleep(1_000);
  await history.database.query("delete from drover.jobs where tags @> '{large}'");
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  // Of 32 MB: what the kernels hold for the client, and a part or two.
  expect(bytes).toBeGreaterThan(1_000_000);
  expect(bytes).toBeLessThan(24_000_000);
});

test('a client that goes away ends the reading', async () => {
  await history.plant(Array.from({ length: 300 }, () => ({ tags: ['left'] })));
  const response = await open('/jobs/export?tag=left');
  response.destroy();
  await expect
    .poll(() =>
      history.database.query(
        "select 1 from pg_stat_activity where state <> 'idle' and query like '%resource%' and pid <> pg_backend_pid()",
      ),
    )
    .toEqual([]);
});
