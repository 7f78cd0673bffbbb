import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { runScript, type Script } from '@drover/shared/redis/script';
import { reopenMs } from '../transitions/retry.ts';
import { forgetEntry } from './lua.ts';
import { prefixOf } from './place.ts';

/** How long nobody else may reopen a job that is being discarded, in milliseconds. */
const claimMs = 30_000;

/**
 * Claims a failed job, as `retryJob` does for a shorter time, so that one of the two happens and not
 * both; one who was interrupted may claim it again. Keys: job, failed jobs, mark of the one who claimed
 * it. Parameters: id, finishedOn, claim ms, longest claim of a retry in ms.
 */
const claim: Script = {
  name: 'droverClaimDeadLetter',
  keys: 3,
  lua: `
    if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 0 end
    if redis.call('HGET', KEYS[1], 'finishedOn') ~= ARGV[2] then return 0 end
    local isReopened = redis.call('GET', KEYS[3]) == ARGV[2]
    if isReopened and redis.call('PTTL', KEYS[3]) <= tonumber(ARGV[4]) then return 0 end
    redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
    return 1
  `,
};

/**
 * Keys: the dead letters, mark of those who claimed the job. Parameters: prefix, id, finishedOn.
 * Returns 1 to the first of them.
 */
const forget: Script = {
  name: 'droverForgetDeadLetter',
  keys: 2,
  lua: `
    ${forgetEntry}
    if redis.call('HGET', ARGV[1] .. ARGV[2], 'finishedOn') == ARGV[3] then
      forget(ARGV[1], ARGV[2])
    end
    return redis.call('DEL', KEYS[2])
  `,
};

/**
 * Removes a failed job, and its dead letter with it. A process that dies in between leaves an entry
 * that no list shows, until the janitor comes.
 * @param finishedOn when it failed, in milliseconds: another end of the same job is left alone.
 * @returns false when the job is not there any more, runs again, or was removed by another.
 */
export const discardFailed = async (
  queues: QueueSet,
  { id, queue, partition }: JobAddress,
  finishedOn: number,
): Promise<boolean> => {
  const key = (name: string) => queues.keys.inQueue(queue, partition, name);
  const mark = key(`${id}:reopened`);
  const claimed = await runScript(
    queues.redis,
    claim,
    [key(id), key('failed'), mark],
    [id, finishedOn, claimMs, reopenMs],
  );
  if (claimed !== 1) return false;
  await queues.get(queue, partition).remove(id, { removeChildren: false });
  const prefix = prefixOf(queues.keys, partition);
  const first = await runScript(
    queues.redis,
    forget,
    [`${prefix}failed`, mark],
    [prefix, id, finishedOn],
  );
  return first === 1;
};
