import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';
import { bulkPayload, changed, matched, runBulk, skipped, unrecorded } from './history/bulk-job.ts';

/** Submitted by `POST /jobs/cancel` only. */
export const jobsCancel = defineJob({
  type: 'jobs.cancel',
  queue: 'maintenance',
  summary: 'Cancel the jobs of a filter.',
  payload: bulkPayload,
  result: z.strictObject({
    matched,
    canceled: changed.describe('Jobs that were canceled, or told to stop'),
    skipped,
    unrecorded,
  }),
  retry: { attempts: 20, backoff: { delay: '1s', max: '1m' } },
  timeout: '20d',
  run: async (context) => {
    const { changed: canceled, ...rest } = await runBulk('cancel', context);
    return { ...rest, canceled };
  },
});
