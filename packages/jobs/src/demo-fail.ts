import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';
import { PermanentError } from './definition/errors.ts';

export const demoFail = defineJob({
  type: 'demo.fail',
  queue: 'demo',
  summary: 'Fail the first attempts, then succeed: to see retries and failed jobs.',
  payload: z.strictObject({
    failures: z.int().min(0).max(1_000).describe('How many attempts fail, redrives included'),
    permanent: z.boolean().default(false).describe('Fail for good, without retries'),
    message: z.string().max(1_000).default('failed as asked'),
  }),
  result: z.strictObject({ attempts: z.int() }),
  retry: { backoff: { delay: '100ms', max: '5s' } },
  demo: true,
  run: ({ payload: { failures, permanent, message }, attempt }) => {
    if (attempt > failures) return { attempts: attempt };
    if (permanent) throw new PermanentError(message, { code: 'demo-permanent' });
    throw new Error(message);
  },
});
