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
export const unrecorded = count.describe(
  'Changes of jobs that the history did not have when it began: as many may have been passed over',
);
export const changed = count;

type Context = JobContext<z.output<typeof bulkPayload>>;

/** What such a job needs of its context. */
export interface BulkContext
  extends Pick<Context, 'payload' | 'signal' | 'progress' | 'attempt' | 'losses'> {
  readonly log: Pick<Context['log'], 'info'>;
  readonly services: Pick<Context['services'], 'history'>;
}

/** Does the work of such a job, and tells how far it is. */
export const runBulk = async (
  action: BulkAction,
  context: BulkContext,
): Promise<BulkChange & { matched: number }> => {
  const { payload, services, signal, progress, log, attempt, losses } = context;
  const { filter, rate, matched: all, askedAt } = payload;
  // What an interrupted run has changed does not fit any more; nor does what has ended by itself, which
  // nobody but the first run can tell from it.
  const before = Math.max(0, all - (await services.history.count(action, filter, all)));
  const done = await services.history.changeAll(action, filter, {
    askedAt,
    rate,
    signal,
    report: (sofar) => {
      progress(Math.min(1, (before + sofar.changed + sofar.skipped) / Math.max(1, all)));
    },
  });
  const earlier = attempt > 1 || losses > 0 ? before : 0;
  const result = { matched: all, changed: earlier + done.changed, skipped: done.skipped };
  const { unrecorded } = done;
  log.info('jobs changed', { action, ...result, unrecorded });
  return { ...result, unrecorded };
};
