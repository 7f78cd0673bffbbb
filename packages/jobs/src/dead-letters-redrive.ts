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
    redriven: count.describe('Jobs that run again'),
    skipped: count.describe(
      'Dead letters that others had redriven or deleted, and jobs that change many jobs',
    ),
  }),
  retry: { attempts: 20, backoff: { delay: '1s', max: '1m' } },
  timeout: '20d',
  run: async ({ payload, services, signal, progress, log }) => {
    const { filter: which, rate, matched } = payload;
    // What an interrupted run has redriven is no dead letter any more.
    const before = Math.max(0, matched - (await services.deadLetters.count(which)));
    const done = await services.deadLetters.redriveAll(which, {
      rate,
      signal,
      report: ({ redriven, skipped }) => {
        progress(Math.min(1, (before + redriven + skipped) / Math.max(1, matched)));
      },
    });
    const result = { matched, redriven: before + done.redriven, skipped: done.skipped };
    log.info('dead letters redriven', result);
    return result;
  },
});
