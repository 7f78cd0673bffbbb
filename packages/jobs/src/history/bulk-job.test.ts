import { expect, test } from 'vitest';
import { type BulkContext, runBulk } from './bulk-job.ts';

/** Of 10 jobs that there were, 4 are left when it begins; it changes 3 of them. */
const run = async (given: { attempt: number; losses: number }) => {
  const told: number[] = [];
  const history: BulkContext['services']['history'] = {
    count: async () => 4,
    changeAll: async (_action, _filter, { report }) => {
      report({ changed: 3, skipped: 1, unrecorded: 0 });
      return { changed: 3, skipped: 1, unrecorded: 2 };
    },
  };
  const result = await runBulk('cancel', {
    payload: { filter: { tenant: 'acme', until: 1 }, rate: 10, matched: 10, askedAt: 0 },
    signal: new AbortController().signal,
    progress: (fraction) => told.push(fraction),
    log: { info: () => undefined },
    services: { history },
    ...given,
  });
  return { ...result, told };
};

test('jobs that ended by themselves before it began are not told as changed', async () => {
  expect(await run({ attempt: 1, losses: 0 })).toMatchObject({
    ...{ matched: 10, changed: 3, unrecorded: 2 },
  });
});

test('a run after an interrupted one tells of what that one changed, too', async () => {
  expect(await run({ attempt: 2, losses: 0 })).toMatchObject({ matched: 10, changed: 9 });
  expect(await run({ attempt: 1, losses: 1 })).toMatchObject({ matched: 10, changed: 9 });
});

test('it is through when nothing is left, whatever has ended by itself', async () => {
  expect((await run({ attempt: 1, losses: 0 })).told).toEqual([1]);
});
