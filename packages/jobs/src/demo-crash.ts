import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';

export const demoCrash = defineJob({
  type: 'demo.crash',
  queue: 'demo',
  summary: 'Kill the worker process on the first tries: to see recovery and poison pills.',
  payload: z.strictObject({
    attempts: z.int().min(0).max(100).describe('How many tries kill their worker'),
  }),
  result: z.strictObject({ losses: z.int() }),
  demo: true,
  run: ({ payload, losses }) => {
    if (losses < payload.attempts) process.kill(process.pid, 'SIGKILL');
    return { losses };
  },
});
