import type { Redis } from 'ioredis';
import type { JobAddress } from '../job-id.ts';
import type { Keys } from '../keys.ts';
import { runScript, type Script } from '../redis/script.ts';
import { type JobPlace, type StoredJob, toStoredJob } from './stored-job.ts';

/**
 * A job's hash and its place, of one moment and in time that does not grow with the backlog. BullMQ's
 * own `getState` searches the list of waiting jobs; here a job that is in no set and has no lock waits.
 */
const readJobScript: Script = {
  name: 'droverReadJob',
  keys: 5,
  lua: `
    local job = redis.call('HGETALL', KEYS[1])
    if #job == 0 then return false end
    local id = ARGV[1]
    if redis.call('HEXISTS', KEYS[1], 'finishedOn') == 1 then
      if redis.call('ZSCORE', KEYS[2], id) then return {job, 'failed'} end
      return {job, 'completed'}
    end
    local holder = redis.call('GET', KEYS[5])
    if holder and string.sub(holder, 1, 9) == 'withdraw:' then return {job, 'withdrawing'} end
    if holder then return {job, 'active'} end
    local score = redis.call('ZSCORE', KEYS[3], id)
    if score then return {job, 'delayed', score} end
    if redis.call('ZSCORE', KEYS[4], id) then return {job, 'waiting-children'} end
    return {job, 'waiting'}
  `,
};

type Reply = [flat: string[], place: JobPlace, delayedScore?: string] | null;

/** A job and where it is; undefined when there is none of that id. One command. */
export const readJob = async (
  redis: Redis,
  keys: Keys,
  { id, queue, partition }: JobAddress,
): Promise<StoredJob | undefined> => {
  const inQueue = (name: string) => keys.inQueue(queue, partition, name);
  const reply = (await runScript(
    redis,
    readJobScript,
    [
      inQueue(id),
      inQueue('failed'),
      inQueue('delayed'),
      inQueue('waiting-children'),
      inQueue(`${id}:lock`),
    ],
    [id],
  )) as Reply;
  return reply ? toStoredJob(reply[0], reply[1], reply[2]) : undefined;
};
