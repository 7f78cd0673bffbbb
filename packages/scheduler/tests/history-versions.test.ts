import { toRow } from '@drover/jobs/history/row';
import { writeRows } from '@drover/jobs/history/write';
import { parseJobId } from '@drover/shared/job-id';
import { readJobsAt } from '@drover/shared/queues/read-jobs-at';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { endJob, type HistoryTest, openHistory } from './history-fixtures.ts';

let them: HistoryTest;
beforeAll(async () => {
  them = await openHistory();
});
afterAll(() => them[Symbol.asyncDispose]());
afterEach(() => void vi.useRealTimers());

const readRow = async (id: string) => {
  const address = parseJobId(id);
  if (!address) throw new Error('no id');
  const { at, jobs } = await readJobsAt(them, [address], 1_000_000);
  const row = jobs[0] && toRow(address, jobs[0], at, them.keys.partition(0));
  if (!row) throw new Error('no row');
  return row;
};

test('an older read never replaces a newer one, whoever writes last', async () => {
  const id = await them.submit();
  const older = await readRow(id);
  await endJob(them, id);
  const newer = await readRow(id);
  expect(await writeRows(them.db, [newer])).toBe(1);
  expect(await writeRows(them.db, [older])).toBe(0);
  expect(await writeRows(them.db, [newer])).toBe(0);
  expect(await them.row(id)).toMatchObject({ status: 'succeeded' });
});

test('the clock of a recorder does not matter: versions are of the clock of Redis', async () => {
  const id = await them.submit();
  // This host is an hour ahead; the one that reads later is right.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
  await them.recorder().catchUp();
  vi.useRealTimers();
  await endJob(them, id);
  await them.recorder().catchUp();
  expect(await them.row(id)).toMatchObject({ status: 'succeeded' });
  const seenAt = Number((await them.row(id))?.seen_at);
  expect(Math.abs(seenAt / 1_000 - Date.now())).toBeLessThan(600_000);
});

test('two who write the same rows in another order at once do not fail', async () => {
  const ids = await Promise.all(Array.from({ length: 50 }, () => them.submit()));
  const rows = await Promise.all(ids.map(readRow));
  const later = rows.map((row) => ({ ...row, seenAt: row.seenAt + 1 }));
  await Promise.all(
    [rows, later.toReversed(), rows.toReversed(), later].map((those) => writeRows(them.db, those)),
  );
  const stored = await them.rows();
  for (const { id, seenAt } of later) {
    expect(stored.find((row) => row.id === id)?.seen_at).toBe(String(seenAt));
  }
});
