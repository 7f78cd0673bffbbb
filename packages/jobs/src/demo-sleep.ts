import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';

export const demoSleep = defineJob({
  type: 'demo.sleep',
  queue: 'demo',
  summary: 'Sleep in steps, telling progress and writing a log line at each; obeys its signal.',
  payload: z.strictObject({
    ms: z.int().min(0).max(3_600_000).describe('How long to sleep in all, in milliseconds'),
    steps: z.int().min(1).max(1_000).default(1),
  }),
  result: z.strictObject({ sleptMs: z.int() }),
  timeout: '2h',
  demo: true,
  run: async ({ payload: { ms, steps }, progress, log, signal }) => {
    for (let step = 1; step <= steps; step += 1) {
      await sleep(ms / steps, undefined, { signal });
      log.info(`step ${step} of ${steps}`);
      progress(step / steps, `step ${step} of ${steps}`);
    }
    return { sleptMs: ms };
  },
});
