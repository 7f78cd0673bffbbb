import type { Transactional } from '@drover/shared/database/in-transaction';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endJob, type HistoryTest, openHistory, queue } from './history-fixtures.ts';

let them: HistoryTest;
beforeEach(async () => {
  them = await openHistory();
});
afterEach(() => them[Symbol.asyncDispose]());

/** As many as are read in several goes. */
const jobs = 900;

/**
 * Counts the statements that write rows; those that `isRefused` says fail as when a connection is lost. With
 * `holdsFirst` the first one ends when there is a second one.
 */
const watched = ({
  isRefused = () => false,
  holdsFirst = false,
}: {
  isRefused?: (statement: number) => boolean;
  holdsFirst?: boolean;
}) => {
  const seen = { statements: 0, atOnce: 0, most: 0 };
  const second = Promise.withResolvers<void>();
  const query = async (...given: unknown[]) => {
    const send = them.db.query.bind(them.db) as (...given: unknown[]) => Promise<unknown>;
    if (!String(given[0]).includes('insert into drover.jobs')) return send(...given);
    seen.statements += 1;
    seen.atOnce += 1;
    seen.most = Math.max(seen.most, seen.atOnce);
    const refused = isRefused(seen.statements);
    if (seen.statements === 2 || !holdsFirst) second.resolve();
    try {
      await second.promise;
      const answer = await send(...given);
      if (refused) throw new Error('Connection terminated unexpectedly');
      return answer;
    } finally {
      seen.atOnce -= 1;
    }
  };
  const db = { connect: them.db.connect.bind(them.db), query } as unknown as Transactional;
  return { db, seen };
};

const pending = async (): Promise<number> => {
  const events = them.keys.inQueue(queue, 0, 'events');
  const [count] = (await them.redis.xpending(events, 'history')) as [number];
  return count;
};

const submitAll = async (): Promise<string[]> => {
  const ids = await Promise.all(Array.from({ length: jobs }, () => them.submit()));
  await Promise.all(ids.map((id) => endJob(them, id)));
  return ids;
};

test('two statements write at once, and never more', async () => {
  const { db, seen } = watched({ holdsFirst: true });
  const recorder = them.recorder({ db });
  await recorder.catchUp();
  const ids = await submitAll();
  await recorder.catchUp();
  expect(seen.most).toBe(2);
  expect((await them.rows()).map(({ id }) => id)).toEqual(ids.toSorted());
  expect(await pending()).toBe(0);
});

test('what fails while others are under way is recorded by the next rounds, and counted once', async () => {
  const { db, seen } = watched({
    isRefused: (statement) => statement < 12 && statement % 3 === 2,
  });
  const recorder = them.recorder({ db });
  await recorder.catchUp();
  const ids = await submitAll();
  let failures = 0;
  for (let hasMore = true; hasMore; ) {
    try {
      ({ hasMore } = await recorder.round());
    } catch {
      failures += 1;
      expect(failures).toBeLessThan(100);
    }
  }
  expect(failures).toBeGreaterThan(0);
  expect(seen.most).toBeLessThanOrEqual(2);
  const rows = await them.rows();
  expect(rows.map(({ id }) => id)).toEqual(ids.toSorted());
  expect(rows.every(({ status }) => status === 'succeeded')).toBe(true);
  expect(await pending()).toBe(0);
  const [counted] = await them.database.query(
    'select sum(jobs)::int as jobs from drover.job_tally_log',
  );
  expect(counted).toEqual({ jobs });
});

test('what is given to a recorder when it ends is recorded before', async () => {
  const { db } = watched({});
  const recorder = them.recorder({ db });
  await recorder.catchUp();
  const ids = await submitAll();
  const { hasMore } = await recorder.round();
  expect(hasMore).toBe(true);
  await recorder.finish();
  expect(await pending()).toBe(0);
  const known = new Set(ids);
  expect((await them.rows()).filter(({ id }) => known.has(id)).length).toBeGreaterThan(0);
});
