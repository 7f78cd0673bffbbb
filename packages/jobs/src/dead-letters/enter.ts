import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import { runScript, type Script } from '@drover/shared/redis/script';
import { encodeCause, groupIdOf } from './cause.ts';
import { entryOf, isDead } from './entry.ts';
import { forgetEntry } from './lua.ts';
import { prefixOf, viewOf } from './place.ts';

/**
 * Groups that a view has of one code of a type. Where messages are of ever new kinds, all that come
 * later share a group, so that no client can make lists and counts slow.
 */
const maxGroupsOfCode = 100;

/**
 * Makes the entry of a failed job unless it is there. One that tells of an earlier end of the same
 * job is replaced. Keys: job, failed jobs of its queue, entry. Parameters: see {@link enterDeadLetter}.
 */
const enter: Script = {
  name: 'droverEnterDeadLetter',
  keys: 3,
  lua: `
    ${forgetEntry}
    local P, id, finishedOn, ownView, class = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
    local group, cause, rest, restCause = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
    if not redis.call('ZSCORE', KEYS[2], id) then return 0 end
    if redis.call('HGET', KEYS[1], 'finishedOn') ~= finishedOn then return 0 end
    local known = redis.call('HGET', KEYS[3], 'finishedOn')
    if known == finishedOn then return 0 end
    if known then forget(P, id) end

    local function join(view)
      local causes, classes = P .. 'causes:' .. view, P .. 'classes:' .. view
      local into, text = group, cause
      if redis.call('HEXISTS', causes, group) == 0
        and (tonumber(redis.call('HGET', classes, class)) or 0) >= tonumber(ARGV[10]) then
        into, text = rest, restCause
      end
      if redis.call('HSETNX', causes, into, text) == 1 then
        redis.call('HINCRBY', classes, class, 1)
      end
      redis.call('ZADD', P .. 'by:' .. view .. ':' .. into, finishedOn, id)
      return into
    end
    local own, common = join(ownView), join('all')
    redis.call('HSET', KEYS[3], 'index', table.concat({ownView, class, own, common}, '\\n'),
      unpack(ARGV, 11))
    redis.call('ZADD', P .. 'failed', finishedOn, id)
    return 1
  `,
};

/** Makes the entry of a job that was just read, if it is dead. One without an id of ours has no URL. */
export const enterJob = async (
  queues: QueueSet,
  address: JobAddress,
  job: StoredJob,
): Promise<boolean> => {
  if (!isDead(job) || !parseJobId(address.id)) return false;
  const { id, queue, partition } = address;
  const key = (name: string) => queues.keys.inQueue(queue, partition, name);
  const prefix = prefixOf(queues.keys, partition);
  const { tenant, cause, finishedOn, fields } = entryOf(address, job);
  const rest = { ...cause, message: null };
  const entered = await runScript(
    queues.redis,
    enter,
    [key(id), key('failed'), prefix + id],
    [
      prefix,
      id,
      finishedOn,
      viewOf(tenant),
      groupIdOf(rest),
      groupIdOf(cause),
      encodeCause(cause),
      groupIdOf(rest),
      encodeCause(rest),
      maxGroupsOfCode,
      ...Object.entries(fields).flat(),
    ],
  );
  return entered === 1;
};

/**
 * Makes the dead letter of a job, if the job has failed for good and has none. Done twice, or at once
 * by several, it is done once.
 * @returns whether it was made now.
 */
export const enterDeadLetter = async (queues: QueueSet, address: JobAddress): Promise<boolean> => {
  const job = await queues.read(address);
  return job !== undefined && enterJob(queues, address, job);
};
