import type { JobStatus } from '@drover/jobs/contract/job-resource';
import type { ListedJob } from '@drover/jobs/history/listed-job';
import { newJobId } from '@drover/shared/job-id';
import { expect, test } from 'vitest';
import { readAtOnce, summarizeLive } from './live.ts';

const listedJob = (status: JobStatus): ListedJob => ({
  at: 0,
  id: newJobId('demo', 0),
  tenant: 'acme',
  type: 'demo.echo',
  queue: 'demo',
  status,
  priority: 5,
  tags: [],
  workflow: null,
  step: null,
  schedule: null,
  createdAt: 0,
  runAt: 0,
  startedAt: null,
  finishedAt: null,
  attemptsMade: 0,
  attemptsMax: 3,
  errorCode: null,
  errorMessage: null,
  isGone: false,
});

test('however many jobs have not ended, only some are read at once', async () => {
  let reading = 0;
  let most = 0;
  const store = {
    read: async () => {
      reading += 1;
      most = Math.max(most, reading);
      await new Promise(setImmediate);
      reading -= 1;
      return undefined;
    },
  };
  const jobs = Array.from({ length: 100 }, () => listedJob('queued'));
  const items = await summarizeLive(store, [...jobs, listedJob('succeeded')], {
    status: ['queued'],
  });
  expect(items.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
  expect(most).toBe(readAtOnce);
});

test('what Redis has lost is left out', async () => {
  const store = { read: async () => undefined };
  expect(await summarizeLive(store, [{ ...listedJob('queued'), isGone: true }], {})).toEqual([]);
});
