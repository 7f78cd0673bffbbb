import { setTimeout as sleep } from 'node:timers/promises';
import { addJobs } from '@drover/jobs/adding/add-jobs';
import { toQueuedJob } from '@drover/jobs/record/queued-job';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readHistory, replay } from './order-of-claims.ts';
import { anyJob, type RunningWorker, startWorker } from './running-worker.ts';

const quick = anyJob('test.quick', async () => undefined);
const slow = anyJob('test.slow', ({ signal }) => sleep(10, undefined, { signal }));
const fails = anyJob('test.fails', async ({ attempt }) => {
  if (attempt === 1) throw new Error('once more');
});
const types = [quick, slow, fails];
const typeOf = (name: string) => types.find(({ type }) => type === name) ?? quick;

const job = fc.record({
  type: fc.constantFrom(...types.map(({ type }) => type)),
  priority: fc.integer({ min: 1, max: 10 }),
  delay: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined, freq: 3 }),
});
type Wanted = typeof job extends fc.Arbitrary<infer T> ? T : never;

const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('add'), jobs: fc.tuple(job) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('add'),
      jobs: fc.array(job, { minLength: 2, maxLength: 12 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('pause', 'resume', 'restart', 'rest') }),
  },
);
type Action = { kind: string; jobs?: readonly Wanted[] };

/** Submits as the API does, one request at a time. */
const add = async (
  worker: RunningWorker,
  wanted: readonly Wanted[],
  priorities: Map<string, number>,
) => {
  const jobs = wanted.map(({ type, priority, delay }) =>
    toQueuedJob(
      {
        type: typeOf(type),
        payload: {},
        tenant: 'test',
        options: { priority, ...(delay && { delay }) },
      },
      { partitions: 1 },
    ),
  );
  for (const { id, opts } of jobs) priorities.set(id, opts.priority);
  await addJobs(
    worker.queues,
    jobs.map((it) => ({ job: it })),
  );
  return jobs.filter(({ opts }) => opts.delay === undefined).map(({ id }) => id);
};

const untilDone = async ({ queue }: RunningWorker) => {
  const unfinished = ['waiting', 'prioritized', 'active', 'delayed'] as const;
  while ((await queue.getJobCountByTypes(...unfinished)) > 0) await sleep(5);
};

/** What one run of the actions did, after every job has ended. */
const perform = async (actions: readonly Action[]) => {
  await using worker = await startWorker(types, { concurrency: 1, graceMs: 0 });
  const priorities = new Map<string, number>();
  const submitted: string[] = [];
  const steps: Record<string, () => Promise<unknown>> = {
    pause: () => worker.queue.pause(),
    resume: () => worker.queue.resume(),
    restart: worker.restart,
    rest: () => sleep(5),
  };
  for (const { kind, jobs } of actions) {
    if (jobs) submitted.push(...(await add(worker, jobs, priorities)));
    else await steps[kind]?.();
  }
  await worker.queue.resume();
  await untilDone(worker);
  const history = await readHistory(worker);
  return {
    ...replay(history, (id) => priorities.get(id) ?? 0),
    submitted,
    arrived: history.filter(({ event, prev }) => event === 'waiting' && !prev),
    priorities,
  };
};

test('whatever is submitted, delayed, retried, paused and handed back: the job claimed is the first of those that wait', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 30 }), async (actions) => {
      const { breaches, claims, submitted, arrived, priorities } = await perform(actions);
      expect(breaches).toEqual([]);
      // Batches keep their order, and nothing is lost.
      expect(arrived.map(({ jobId }) => jobId)).toEqual(submitted);
      expect(new Set(claims)).toEqual(new Set(priorities.keys()));
    }),
    { numRuns: 20, interruptAfterTimeLimit: 15_000 },
  );
}, 40_000);
