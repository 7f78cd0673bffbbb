import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import { runScript, type Script } from '@drover/shared/redis/script';
import type { StepTask } from '../settling/tasks.ts';
import { announce } from '../transitions/announce.ts';
import { reopenJob } from '../transitions/reopen.ts';
import { releaseFree } from './offer.ts';
import { parseWorkflowId } from './place.ts';
import { type Revival, reviveStep } from './revive.ts';

/**
 * Moves a reopened job from the failed ones to those that wait for others.
 * Keys: job, failed, waiting-children, retrying, events. Parameters: id, now.
 */
const block: Script = {
  name: 'droverBlock',
  keys: 5,
  lua: `
    redis.call('ZREM', KEYS[4], ARGV[1])
    if redis.call('ZREM', KEYS[2], ARGV[1]) == 0 then return 0 end
    redis.call('HDEL', KEYS[1], 'finishedOn', 'processedOn', 'failedReason', 'ats')
    redis.call('HSET', KEYS[1], 'delay', 0)
    redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
    redis.call('XADD', KEYS[5], '*', 'event', 'waiting-children', 'jobId', ARGV[1], 'prev', 'failed')
    return 1
  `,
};

/**
 * Blocks the job of a step that has ended without success, until its workflow releases it anew.
 * @returns false when the job is in no such state (any more).
 */
export const blockStep = async (
  queues: QueueSet,
  address: JobAddress,
  job: StoredJob,
  change: { payload?: unknown; round?: number } = {},
): Promise<boolean> => {
  if (!(await reopenJob(queues, address, job, change))) return false;
  const key = (name: string) => queues.keys.inQueue(address.queue, address.partition, name);
  const sets = ['failed', 'waiting-children', 'retrying', 'events'];
  const keys = [key(address.id), ...sets.map(key)];
  await runScript(queues.redis, block, keys, [address.id, Date.now()]);
  announce(queues, address, 'status');
  return true;
};

/** Steps that are blocked again at once: each takes a few round trips, which they share. */
const blockedAtOnce = 100;

const blockAll = async (queues: QueueSet, steps: Revival['blocked'], round: number) => {
  for (let n = 0; n < steps.length; n += blockedAtOnce) {
    await Promise.all(
      steps.slice(n, n + blockedAtOnce).map(async (step) => {
        const address = parseJobId(step.job);
        const job = address && (await queues.read(address));
        if (address && job) await blockStep(queues, address, job, { round });
      }),
    );
  }
};

/**
 * Makes a workflow go on from a step that is about to run again: what was canceled for its sake waits
 * anew.
 * @returns how the step itself goes on: it is to `run`, to be `block`ed until its needs are met, or
 *   `busy`: others that had to end for it are not over yet, so nothing was done.
 */
export const prepareStep = async (
  queues: QueueSet,
  address: JobAddress,
  job: StoredJob,
  task: StepTask,
): Promise<Revival['how']> => {
  const workflow = parseWorkflowId(task.workflow);
  if (!workflow || workflow.partition !== address.partition) return 'run';
  const round = job.finishedOn ?? 0;
  const { how, blocked } = await reviveStep(queues, workflow, task.index, round);
  await blockAll(queues, blocked, round);
  await releaseFree(
    queues,
    workflow,
    blocked.map(({ index }) => index),
  );
  return how;
};
