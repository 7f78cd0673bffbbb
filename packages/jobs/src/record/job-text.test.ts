import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toNewResource } from './job-resource.ts';
import { dataText, newResourceText } from './job-text.ts';
import type { QueuedJob } from './queued-job.ts';

const wishes = fc.record(
  {
    tags: fc.array(fc.string()),
    timeout: fc.nat(),
    expiresAt: fc.nat(),
    settle: fc.constant({ webhook: undefined }),
  },
  { requiredKeys: [] },
);

const jobs = fc
  .record({
    tenant: fc.string(),
    payload: fc.option(fc.jsonValue(), { nil: undefined }),
    wishes,
    delay: fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined }),
    priority: fc.integer({ min: 1, max: 10 }),
    timestamp: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  })
  .map(
    ({ tenant, payload, wishes: more, delay, priority, timestamp }) =>
      ({
        id: 'mail.0.01k3zq0h5v8j9x2c4b6n7m1p0r',
        queue: 'mail',
        partition: 0,
        name: 'email.send',
        data: { tenant, payload, ...more },
        opts: { attempts: 5, priority, ...(delay !== undefined && { delay }) },
        timestamp,
      }) as QueuedJob,
  );

test('a job as text is its data, and its resource, as JSON', () => {
  fc.assert(
    fc.property(jobs, (job) => {
      expect(dataText(job)).toBe(JSON.stringify(job.data));
      expect(newResourceText(job)).toBe(JSON.stringify(toNewResource(job)));
    }),
  );
});
