import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';

// Not z.json(): walking a large value with it takes seconds, and what came as JSON is JSON.
const value = z.unknown().refine((it) => it !== undefined, 'expected any JSON value');

export const demoEcho = defineJob({
  type: 'demo.echo',
  queue: 'demo',
  summary: 'Return the value that was sent: the smallest job there is.',
  payload: z.strictObject({ value }),
  result: z.strictObject({ value }),
  demo: true,
  run: ({ payload }) => ({ value: payload.value }),
});
