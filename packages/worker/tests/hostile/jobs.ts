import { setTimeout as sleep } from 'node:timers/promises';
import { defineJob, type JobDefinition } from '@drover/jobs/definition/define-job';
import { z } from 'zod';
import { cachedValue } from './cached-value.ts';
import { jobTypes as isolatedJobTypes } from './isolated-jobs.ts';
import { viewJobs } from './view-jobs.ts';

// Job types that run in the worker itself, most of them up to no good.

type Anything = z.ZodUnknown;

const here = (
  type: string,
  run: JobDefinition<Anything, Anything>['run'],
  more: Partial<JobDefinition<Anything, Anything>> = {},
) =>
  defineJob({
    type,
    queue: 'demo',
    summary: 'For a test.',
    payload: z.unknown(),
    result: z.unknown(),
    retry: { attempts: 1 },
    ...more,
    run,
  });

const untilAborted = (signal: AbortSignal) => sleep(60_000, undefined, { signal });

/** The first time, it does what is asked and sees no further; the second time, it just ends. */
const once =
  (act: () => unknown): JobDefinition<Anything, Anything>['run'] =>
  async ({ losses, log }) => {
    if (losses > 0) return { losses };
    log.info('acting');
    await sleep(200);
    return act();
  };

const jobs = [
  here('here.echo', ({ payload }) => payload),
  here('here.cached', cachedValue),
  here('here.hold', async ({ payload, attempt, losses, signal }) => {
    await sleep(Number(payload), undefined, { signal });
    return { attempt, losses, pid: process.pid };
  }),
  // Goes on, whatever its signal says, and ends as if nothing had been.
  here('here.deaf', async ({ payload, losses }) => {
    const { ms, first } = payload as { ms: number; first: 'return' | 'throw' };
    await sleep(ms);
    if (losses === 0 && first === 'throw') throw new Error('too late');
    return { losses, pid: process.pid };
  }),
  here(
    'here.exit-once',
    once(() => process.exit(3)),
  ),
  here('here.exit', async () => {
    await sleep(200);
    process.exit(3);
  }),
  here(
    'here.spin-once',
    once(() => {
      for (;;);
    }),
  ),
  here('here.stray-rejection', async ({ signal }) => {
    void Promise.reject(new Error('nobody awaits me'));
    await untilAborted(signal);
  }),
  here('here.stray-exception', async ({ signal }) => {
    setTimeout(() => {
      throw new Error('nobody catches me');
    }, 1);
    await untilAborted(signal);
  }),
  here(
    'here.stray-listener',
    async ({ signal }) => {
      signal.addEventListener('abort', () => {
        throw new Error('a listener fails');
      });
      await untilAborted(signal);
    },
    { timeout: '100ms' },
  ),
  here('here.late-rejection', () => {
    setTimeout(() => void Promise.reject(new Error('after the end')), 20);
    return 'done';
  }),
  // Submits two jobs, then its worker dies with it; the next attempt fails; the one after it succeeds.
  here(
    'here.submit',
    async ({ attempt, losses, submit }) => {
      const named = await submit({ type: 'here.echo', payload: Date.now() }, { name: 'named' });
      const numbered = await submit({ type: 'here.echo', payload: 'numbered' });
      if (losses === 0) process.kill(process.pid, 'SIGKILL');
      if (attempt === 1) throw new Error('once more');
      return { named, numbered };
    },
    { retry: { attempts: 2, backoff: { delay: 10, jitter: 0 } } },
  ),
] as const;

export const jobTypes = [...jobs, ...isolatedJobTypes, ...viewJobs];
