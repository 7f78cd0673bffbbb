import { settleQueue } from '@drover/jobs/settling/settle-job';
import { parseWorkflowId } from '@drover/jobs/workflows/place';
import { readWorkflow } from '@drover/jobs/workflows/read';
import type { JobAddress } from '@drover/shared/job-id';
import { expect, test } from 'vitest';
import { anyJob, startWorker } from './running-worker.ts';

const child = anyJob('test.child', async ({ payload }) => payload);
const patience = { timeout: 10_000 };
const step = (payload: unknown) => ({ type: 'test.child', payload });

/** Runs a chain on a worker beside which nobody does the settle jobs. */
const startChain = async (chain: readonly ReturnType<typeof step>[]) => {
  const parent = anyJob('test.parent', ({ submit }) => submit({ chain: [...chain] }));
  const worker = await startWorker([parent, child]);
  const { redis, queues, queue } = worker;
  // BullMQ completes the first job of each minute: none is the first here.
  const figures = queues.keys.inQueue(queue.name, 0, 'metrics:completed');
  await redis.hset(figures, 'prevTS', Date.now() + 3_600_000);
  const { returnvalue } = await worker.finished(await worker.submit('test.parent', {}));
  const workflow = parseWorkflowId(returnvalue.id) as JobAddress;
  return {
    worker,
    statuses: async () => {
      const stored = await readWorkflow(queues, workflow);
      return stored?.steps.map(({ outcome }) => outcome?.status ?? 'none');
    },
    settleJobs: async () => {
      const { 'waiting-children': blocked, prioritized } = await queues
        .get(settleQueue, 0)
        .getJobCounts('waiting-children', 'prioritized');
      return { blocked, prioritized };
    },
  };
};

test('the end of a step is recorded and the next one released with its completion', async () => {
  const { worker, statuses, settleJobs } = await startChain([step(1), step(2), step(3)]);
  await using _worker = worker;
  // With the last one the workflow ends, which its settle job records, and tells of.
  await expect.poll(settleJobs, patience).toEqual({ blocked: 0, prioritized: 1 });
  expect(await statuses()).toEqual(['succeeded', 'succeeded', 'none']);
  const { redis, queues } = worker;
  const [left, ...others] = await queues.get(settleQueue, 0).getPrioritized();
  expect(others).toEqual([]);
  const keys = await redis.keys(`${queues.keys.inQueue(settleQueue, 0, settleQueue)}*`);
  expect(keys.filter((key) => !key.includes(left?.id ?? ''))).toEqual([]);
});

test('what a step takes from the one before is for the settle job', async () => {
  const taking = step({ $result: 'step-1' });
  const { worker, statuses, settleJobs } = await startChain([step(1), taking, step(3)]);
  await using _worker = worker;
  await expect.poll(settleJobs, patience).toEqual({ blocked: 2, prioritized: 1 });
  expect(await statuses()).toEqual(['succeeded', 'none', 'none']);
});
