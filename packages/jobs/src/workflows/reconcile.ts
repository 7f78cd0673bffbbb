import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import { runScript, type Script } from '@drover/shared/redis/script';
import { settleJobOf, settleQueue } from '../settling/settle-job.ts';
import { advanceWorkflow, type WorkflowParts, withdrawAll } from './advance.ts';
import { expireSteps, isOverdue } from './end.ts';
import { forgetFunctions } from './lua.ts';
import { releaseFree } from './offer.ts';
import { openKey, parseWorkflowId, partitionPrefix, workflowKey, workflowQueue } from './place.ts';
import { type KnownStep, readWorkflow, type StoredWorkflow } from './read.ts';

/** A workflow that has not changed for that long is looked at, in milliseconds. */
export const quietMs = 30_000;

/** Most workflows that one round looks at in a partition. */
const lookedAt = 200;

/**
 * Forgets workflows whose time is over; each that ends does so, too. Key: those that have ended.
 * Parameters: what the names of the keys of workflows begin with, now.
 */
const forget: Script = {
  name: 'droverForgetWorkflows',
  keys: 1,
  lua: `
    ${forgetFunctions}
    forgetOld(ARGV[1], ARGV[2])
    return redis.call('ZCOUNT', KEYS[1], '-inf', ARGV[2])
  `,
};

const forgetWorkflows = async (
  { redis, keys }: WorkflowParts['queues'],
  partition: number,
  signal: AbortSignal,
): Promise<void> => {
  const prefix = `${partitionPrefix(keys, partition)}${workflowQueue}:`;
  let left = 1;
  while (left > 0 && !signal.aborted) {
    left = Number(await runScript(redis, forget, [`${prefix}ended`], [prefix, Date.now()]));
  }
};

/** How the workflow is to end, and what it is due to. */
const endingOf = async ({ redis, keys }: WorkflowParts['queues'], workflow: JobAddress) => {
  const [ending, culprit] = await redis.hmget(workflowKey(keys, workflow), 'ending', 'culprit');
  return { isEnding: ending !== null, isCanceled: ending !== null && culprit === null };
};

/** A step that has not ended as far as its workflow knows, and its job. */
type OpenStep = KnownStep & { job: StoredJob | undefined };

const hasEnded = ({ job }: OpenStep): boolean => job === undefined || job.finishedOn !== undefined;

const isBlocked = ({ job }: OpenStep): boolean => job?.place === 'waiting-children';

/** It was to run again, and whoever was asked for that died: with its end, others have ended anew. */
const isLeftBehind = ({ job, round }: OpenStep): boolean => job?.finishedOn === round;

const isFree = (step: OpenStep): boolean => isBlocked(step) && step.waitsFor === 0;

/**
 * Does for a workflow what a process that died has left undone: records what has ended, releases what
 * nothing holds back, ends what is not to start. All of it is idempotent.
 */
const mend = async (parts: WorkflowParts, address: JobAddress, workflow: StoredWorkflow) => {
  const { queues } = parts;
  const open = await Promise.all(
    workflow.steps
      .filter(({ outcome }) => !outcome)
      .map(async (known): Promise<OpenStep> => {
        const jobAddress = parseJobId(known.step.job);
        return { ...known, job: jobAddress && (await queues.read(jobAddress)) };
      }),
  );
  const ended = open
    .filter(hasEnded)
    .toSorted((one, other) => Number(isLeftBehind(other)) - Number(isLeftBehind(one)));
  for (const { index, round, step } of ended) {
    const { partition } = address;
    const settleJob = settleJobOf({ id: step.job, partition }, {}, round);
    const settleKey = queues.keys.inQueue(settleQueue, partition, settleJob.id);
    await advanceWorkflow(parts, { workflow: address, index, settleKey });
  }
  const { isEnding, isCanceled } = await endingOf(queues, address);
  const isOnCall = ({ step, isCalled }: OpenStep) => step.handler === true && !isCalled;
  // One that was retried runs, whatever else has failed.
  const isDoomed = (it: OpenStep) => !it.step.handler && (it.round === 0 || isBlocked(it));
  const isNoneLeft = open.every(isOnCall);
  const withdrawThose = (steps: readonly OpenStep[], startedToo = false) =>
    withdrawAll(
      parts,
      steps.map(({ step }) => step.job),
      'canceled',
      { startedToo },
    );
  if (isCanceled || isNoneLeft) await withdrawThose(open, isCanceled);
  else if (isEnding) await withdrawThose(open.filter(isDoomed));
  else if (isOverdue(workflow)) await expireSteps(parts, workflow);
  await releaseFree(
    queues,
    address,
    open.filter(isFree).map(({ index }) => index),
  );
};

/**
 * Looks at the workflows of a partition that have not changed for a while, the quietest first, so that
 * none can hang whatever was lost, and forgets those whose time is over. Any number of processes may do
 * so.
 * @returns how many it has looked at.
 */
export const mendWorkflows = async (
  parts: WorkflowParts,
  partition: number,
  options: { signal: AbortSignal; quietMs?: number },
): Promise<number> => {
  const { redis, keys } = parts.queues;
  await forgetWorkflows(parts.queues, partition, options.signal);
  const key = openKey(keys, partition);
  const until = Date.now() - (options.quietMs ?? quietMs);
  const ids = await redis.zrangebyscore(key, '-inf', until, 'LIMIT', 0, lookedAt);
  for (const id of ids) {
    if (options.signal.aborted) break;
    const address = parseWorkflowId(id);
    const workflow = address && (await readWorkflow(parts.queues, address));
    if (!address || workflow?.status !== 'running') {
      await redis.zrem(key, id);
      continue;
    }
    await redis.zadd(key, 'XX', Date.now(), id);
    await mend(parts, address, workflow);
  }
  return ids.length;
};
