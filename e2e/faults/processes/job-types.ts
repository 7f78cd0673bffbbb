import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineJob, type JobType } from '../../../packages/jobs/src/definition/define-job.ts';
import { PermanentError } from '../../../packages/jobs/src/definition/errors.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** Code of the failures that no retry can help. */
export const permanentCode = 'faults-permanent';

export const workPayload = z.strictObject({
  n: z.int().describe('Which of the client’s wishes this is'),
  ms: z.int().min(0).describe('How long the work takes, in milliseconds'),
  failures: z.int().min(0).default(0).describe('How many attempts fail'),
  permanent: z.boolean().default(false).describe('The first failure is final'),
  after: z.array(z.string()).default([]).describe('The runs of the work that it follows'),
});
export type WorkPayload = z.input<typeof workPayload>;

/** Result: which run of the handler it is from. */
export const workResult = z.strictObject({ run: z.string() });

/** Writes to the ledger that it starts, has had its effect and ends, as it is told to end. */
const workType = (type: string, queue: JobType['queue'], ledger: Ledger): JobType =>
  defineJob({
    type,
    queue,
    summary: 'Work that is written down.',
    payload: workPayload,
    result: workResult,
    retry: { attempts: 4, backoff: { delay: '100ms', max: '2s', jitter: 0.5 } },
    timeout: '2m',
    run: async ({ payload: { n, ms, failures, permanent }, id, attempt, losses, signal }) => {
      const run = randomUUID();
      ledger.append({ what: 'start', id, run, n, attempt, losses });
      const end = (outcome: 'returned' | 'failed' | 'aborted') =>
        ledger.append({ what: 'end', id, run, outcome });
      try {
        await sleep(ms / 2, undefined, { signal });
        ledger.append({ what: 'effect', id, run });
        await sleep(ms / 2, undefined, { signal });
      } catch (err) {
        end('aborted');
        throw err;
      }
      if (attempt > failures) {
        end('returned');
        return { run };
      }
      end('failed');
      throw permanent
        ? new PermanentError('failed for good, as asked', { code: permanentCode })
        : new Error('failed, as asked');
    },
  });

export const workTypeNames = ['faults.work', 'faults.mail'] as const;

/** The same work in two queues. */
export const workTypes = (ledger: Ledger): readonly JobType[] => [
  workType('faults.work', 'demo', ledger),
  workType('faults.mail', 'mail', ledger),
];
