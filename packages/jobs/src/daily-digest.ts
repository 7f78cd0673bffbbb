import { submittedAt } from '@drover/shared/job-id';
import { z } from 'zod';
import { defineJob } from './definition/define-job.ts';
import { renderDigest } from './digest/render.ts';

const dayMs = 86_400_000;
const count = z.int().min(0);

/** Submitted by the scheduler only: what it tells is of all tenants. */
export const dailyDigest = defineJob({
  type: 'digest.send',
  queue: 'mail',
  summary: 'Mail the day’s sales and job counts.',
  payload: z.strictObject({
    to: z.array(z.email()).min(1).max(50),
    timezone: z.string().describe('Zone that times are told in'),
  }),
  result: z.strictObject({
    messageId: z.string(),
    accepted: z.array(z.string()),
    rejected: z.array(z.string()),
    orders: count.nullable().describe('Orders of the day; `null` where there is no shop'),
    jobs: count.describe('Jobs that ended that day'),
  }),
  retry: { attempts: 8, backoff: { delay: '10s', max: '10m' } },
  timeout: '2m',
  run: async ({ payload, services, id, key, signal }) => {
    // A scheduled job has the time of its slot in its id: a retry tells of the same day.
    const until = submittedAt(id) ?? Date.now();
    const figures = await services.digest.collect({ since: until - dayMs, until }, { signal });
    const message = renderDigest(figures, payload.timezone);
    const sent = await services.mailer.send({ ...message, to: payload.to }, { key, signal });
    const jobs = figures.jobs.reduce((n, it) => n + it.succeeded + it.failed + it.withdrawn, 0);
    return { ...sent, orders: figures.sales?.orders ?? null, jobs };
  },
});
