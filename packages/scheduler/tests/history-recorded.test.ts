import { untilRecorded } from '@drover/jobs/history/recorded';
import type { Transactional } from '@drover/shared/database/in-transaction';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endJob, type HistoryTest, openHistory } from './history-fixtures.ts';

let them: HistoryTest;
beforeEach(async () => {
  them = await openHistory();
});
afterEach(() => them[Symbol.asyncDispose]());

const recorded = (withinMs: number, signal = new AbortController().signal) =>
  untilRecorded({ redis: them.redis, keys: them.keys, partitions: 1 }, { withinMs, signal });

test('where nothing is recorded nobody waits', async () => {
  expect(await recorded(60_000)).toBe(0);
  await them.submit();
  expect(await recorded(60_000)).toBe(0);
});

test('it resolves when the recorder has come to what there was, whatever comes meanwhile', async () => {
  const recorder = them.recorder();
  await recorder.catchUp();
  await endJob(them, await them.submit());
  expect(await recorded(0)).toBeGreaterThan(1);

  let isOver = false;
  const waiting = recorded(60_000).finally(() => {
    isOver = true;
  });
  await them.redis.ping();
  expect(isOver).toBe(false);
  await recorder.catchUp();
  await them.submit();
  expect(await waiting).toBe(0);
  expect(await recorded(0)).toBeGreaterThan(0);
});

test('what has been given to a recorder and is not committed is not recorded', async () => {
  const recorder = them.recorder();
  await recorder.catchUp();
  await them.submit();
  const query = () => Promise.reject(new Error('away'));
  const db = { connect: them.db.connect.bind(them.db), query } as unknown as Transactional;
  const broken = them.recorder({ db });
  await expect(broken.catchUp()).rejects.toThrow('away');
  expect(await recorded(0)).toBeGreaterThan(0);
});

test('who is told to stop does not wait', async () => {
  await them.recorder().catchUp();
  await them.submit();
  const stop = new AbortController();
  const waiting = recorded(60_000, stop.signal);
  stop.abort();
  await expect(waiting).rejects.toThrow();
});
