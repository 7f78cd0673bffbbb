import { z } from 'zod';
import { maxBulkRate } from '../contract/job-list.ts';
import type { JobContext } from '../definition/context.ts';
import type { BulkAction, BulkChange } from './bulk.ts';
import { historyFilter } from './filter.ts';

const count = z.int().min(0);

/** Payload of the jobs that change many jobs. Only Drover submits them: it says whose jobs are meant. */
export const bulkPayload = z.strictObject({
  filter: historyFilter.required({ until: true }),
  rate: z.int().min(1).max(maxBulkRate).describe('Jobs a second, at most'),
  matched: count.describe(
    'Jobs that there were when it was asked for, as far as they were counted',
  ),
  askedAt: z.int().describe('When it was asked for, in milliseconds since 1970'),
});

export const matched = count.describe('Jobs that there were when it was asked for');
export const skipped = count.describe('Jobs that had ended, were changed by others or are gone');
export const changed = count;

/** Does the work of such a job, and tells how far it is. */
export const runBulk = async (
  action: BulkAction,
  { payload, services, signal, progress, log }: JobContext<z.output<typeof bulkPayload>>,
): Promise<BulkChange & { matched: number }> => {
  const { filter, rate, matched: all, askedAt } = payload;
  // What an interrupted run has changed does not fit any more.
  const before = Math.max(0, all - (await services.history.count(action, filter, all)));
  const done = await services.history.changeAll(action, filter, {
    askedAt,
    rate,
    signal,
    report: (sofar) => {
      progress(Math.min(1, (before + sofar.changed + sofar.skipped) / Math.max(1, all)));
    },
  });
  const result = { matched: all, changed: before + done.changed, skipped: done.skipped };
  log.info('jobs changed', { action, ...result });
  return result;
};
