import { z } from 'zod';
import { maxRedriveRate } from './contract/dead-letters.ts';
import { filter } from './dead-letters/filter.ts';
import { defineJob } from './definition/define-job.ts';

const count = z.int().min(0);

/** Submitted by `POST /dead-letters/redrive` only: its payload says whose dead letters are meant. */
export const deadLettersRedrive = defineJob({
  type: 'dead-letters.redrive',
  queue: 'maintenance',
  summary: 'Redrive the dead letters of a filter.',
  payload: z.strictObject({
    filter: filter.required({ until: true }),
    rate: z.int().min(1).max(maxRedriveRate).describe('Jobs a second, at most'),
    matched: count.describe('Dead letters that there were when it was asked for'),
  }),
  result: z.strictObject({
    matched: count.describe('Dead letters that there were when it was asked for'),
    redriven: count.describe(
      'Jobs that run again; an interruption may leave a few out, or count some that were deleted',
    ),
    skipped: count.describe(
      'Dead letters that others had redriven or deleted, and jobs that change many jobs',
    ),
  }),
  retry: { attempts: 20, backoff: { delay: '1s', max: '1m' } },
  timeout: '20d',
  run: async ({ id, payload, losses, services: { deadLetters }, signal, progress, log }) => {
    const { filter: which, rate, matched } = payload;
    const gone = Math.max(0, matched - (await deadLetters.count(which)));
    // What an interrupted run has redriven: it noted that, but for its last step; a lost worker's note is
    // older, and all that is gone stands for it.
    const before =
      losses > 0 ? gone : Number.parseInt((await deadLetters.notedBefore(id)) ?? '0', 10);
    const done = await deadLetters.redriveAll(which, {
      rate,
      signal,
      report: ({ redriven, skipped }) => {
        const share = Math.min(1, (gone + redriven + skipped) / Math.max(1, matched));
        progress(share, `${before + redriven} redriven`);
      },
    });
    const result = { matched, redriven: before + done.redriven, skipped: done.skipped };
    log.info('dead letters redriven', result);
    return result;
  },
});
