import { duration } from '@drover/shared/duration';
import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';

/** Submitted by the scheduler only: it deletes. */
export const maintenancePurge = defineJob({
  type: 'maintenance.purge',
  queue: 'maintenance',
  summary: 'Delete sessions that have not been seen for a while.',
  payload: z.strictObject({
    sessionsOlderThan: duration
      .refine((ms) => ms >= 3_600_000, 'expected 1h at least')
      .default(30 * 86_400_000)
      .describe('Sessions that were last seen before that go; default 30 days'),
  }),
  result: z.strictObject({ sessions: z.int().min(0).describe('Sessions that are gone') }),
  retry: { attempts: 5, backoff: { delay: '10s', max: '10m' } },
  timeout: '30m',
  run: async ({ payload, services, signal, log }) => {
    const before = new Date(Date.now() - payload.sessionsOlderThan);
    const sessions = await services.sessions.purge(before, { signal });
    log.info('old sessions purged', { sessions });
    return { sessions };
  },
});
