import type { JobAddress } from '@drover/shared/job-id';
import { runScript, type Script } from '@drover/shared/redis/script';
import { type WorkflowParts, withdrawAll } from './advance.ts';
import { workflowKey } from './place.ts';
import type { StoredWorkflow } from './read.ts';

/**
 * Decides that a workflow will end as canceled: nothing of it is released from here on.
 * Key: the workflow. Returns the jobs of the steps that have not ended, or why it cannot be.
 */
const condemn: Script = {
  name: 'droverCancelWorkflow',
  keys: 1,
  lua: `
    local W = KEYS[1]
    local status = redis.call('HGET', W, 'status')
    if not status then return {'gone'} end
    if status ~= 'running' then return {'finished'} end
    redis.call('HSET', W, 'ending', 'canceled')
    redis.call('HDEL', W, 'culprit')
    local jobs = {}
    for n = 0, tonumber(redis.call('HGET', W, 'size')) - 1 do
      if redis.call('HEXISTS', W, 'o:' .. n) == 0 then
        jobs[#jobs + 1] = cjson.decode(redis.call('HGET', W, 'd:' .. n)).job
      end
    end
    return {'canceled', jobs}
  `,
};

/**
 * Cancels a workflow: what runs as well as what waits.
 * @returns `canceled`; `running` when workers have to end something still; `finished` and `gone` when
 *   there is nothing to cancel.
 */
export const cancelWorkflow = async (
  parts: WorkflowParts,
  workflow: JobAddress,
): Promise<'canceled' | 'running' | 'finished' | 'gone'> => {
  const { redis, keys } = parts.queues;
  const [answer, jobs = []] = (await runScript(redis, condemn, [workflowKey(keys, workflow)])) as [
    'canceled' | 'finished' | 'gone',
    string[]?,
  ];
  if (answer !== 'canceled') return answer;
  const running = await withdrawAll(parts, jobs, 'canceled', { startedToo: true });
  return running.length > 0 ? 'running' : 'canceled';
};

/** Whether a workflow has steps that may have to start after its time is over. */
export const isOverdue = ({ status, expiresAt }: Pick<StoredWorkflow, 'status' | 'expiresAt'>) =>
  status === 'running' && expiresAt !== undefined && expiresAt <= Date.now();

/** Ends the steps of an overdue workflow that have not started; done again, it does nothing. */
export const expireSteps = async (
  parts: WorkflowParts,
  { steps }: Pick<StoredWorkflow, 'steps'>,
): Promise<void> => {
  const late = steps.filter(({ outcome, step }) => !outcome && !step.handler);
  await withdrawAll(
    parts,
    late.map(({ step }) => step.job),
    'expired',
  );
};
