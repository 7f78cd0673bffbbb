import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';
import { bulkPayload, changed, matched, runBulk, skipped, unrecorded } from './history/bulk-job.ts';

/** Submitted by `POST /jobs/retry` only. */
export const jobsRetry = defineJob({
  type: 'jobs.retry',
  queue: 'maintenance',
  summary: 'Run the jobs of a filter again.',
  payload: bulkPayload,
  result: z.strictObject({
    matched,
    retried: changed.describe('Jobs that run again'),
    skipped,
    unrecorded,
  }),
  retry: { attempts: 20, backoff: { delay: '1s', max: '1m' } },
  timeout: '20d',
  run: async (context) => {
    const { changed: retried, ...rest } = await runBulk('retry', context);
    return { ...rest, retried };
  },
});
