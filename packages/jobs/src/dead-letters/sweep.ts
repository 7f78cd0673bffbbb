import { parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { runScript, type Script } from '@drover/shared/redis/script';
import { enterJob } from './enter.ts';
import { forgetEntry, isTrue } from './lua.ts';
import { prefixOf } from './place.ts';

/** Entries that one step looks at; other commands of Redis wait meanwhile. */
export const stepSize = 500;

/**
 * Finds failed jobs without a true entry, but not those that were canceled or have expired: their last
 * trace says so. Keys: failed jobs. Parameters: queue's prefix, dead letters' prefix, place to go on
 * (or `newest`), how many. Returns the next place, `0` after the last, and ids.
 */
const findMissing: Script = {
  name: 'droverMissingDeadLetters',
  keys: 1,
  lua: `
    local Q, P = ARGV[1], ARGV[2]
    local function isWithdrawn(id)
      local known, traces = pcall(cjson.decode, redis.call('HGET', Q .. id, 'stacktrace') or '[]')
      local last = known and type(traces) == 'table' and traces[#traces]
      if type(last) ~= 'string' then return false end
      local read, record = pcall(cjson.decode, string.match(last, '^[^\\n]*'))
      return read and type(record) == 'table' and type(record.withdrawn) == 'string'
    end

    local next, ids = '0', {}
    if ARGV[3] == 'newest' then
      ids = redis.call('ZREVRANGE', KEYS[1], 0, ARGV[4] - 1)
    else
      local reply = redis.call('ZSCAN', KEYS[1], ARGV[3], 'COUNT', ARGV[4])
      next = reply[1]
      for n = 1, #reply[2], 2 do ids[#ids + 1] = reply[2][n] end
    end
    local missing = {}
    for _, id in ipairs(ids) do
      local finishedOn = redis.call('HGET', Q .. id, 'finishedOn')
      if finishedOn and redis.call('HGET', P .. id, 'finishedOn') ~= finishedOn
        and not isWithdrawn(id) then
        missing[#missing + 1] = id
      end
    end
    return {next, missing}
  `,
};

/**
 * Removes entries whose job is gone, or has not failed any more. Keys: the dead letters. Parameters:
 * their prefix, the partition's, place to go on, how many. Returns the next place and how many went.
 */
const removeUntrue: Script = {
  name: 'droverUntrueDeadLetters',
  keys: 1,
  lua: `
    ${forgetEntry}
    ${isTrue}
    local P, base = ARGV[1], ARGV[2]
    local reply = redis.call('ZSCAN', KEYS[1], ARGV[3], 'COUNT', ARGV[4])
    local removed = 0
    for n = 1, #reply[2], 2 do
      local id = reply[2][n]
      if not isTrue(base, id, redis.call('HGET', P .. id, 'finishedOn')) then
        forget(P, id)
        removed = removed + 1
      end
    end
    return {reply[1], removed}
  `,
};

/** Where a sweep goes on; `0` is its beginning and, as an answer, its end. */
export type Place = string;

/** One step over the failed jobs of a queue: makes the entries that are missing. */
export const enterMissing = async (
  queues: QueueSet,
  { queue, partition }: { queue: string; partition: number },
  place: Place | 'newest',
): Promise<{ next: Place; entered: number }> => {
  const { keys, redis } = queues;
  const [next, ids] = (await runScript(
    redis,
    findMissing,
    [keys.inQueue(queue, partition, 'failed')],
    [keys.inQueue(queue, partition, ''), prefixOf(keys, partition), place, stepSize],
  )) as [Place, string[]];
  const entered = await Promise.all(
    ids.map(async (id) => {
      const address = parseJobId(id);
      const job = address && (await queues.read(address));
      return job !== undefined && address !== undefined && enterJob(queues, address, job);
    }),
  );
  return { next, entered: entered.filter(Boolean).length };
};

/** One step over the dead letters of a partition: removes those that are not true any more. */
export const forgetUntrue = async (
  { redis, keys }: QueueSet,
  partition: number,
  place: Place,
): Promise<{ next: Place; removed: number }> => {
  const prefix = prefixOf(keys, partition);
  const [next, removed] = (await runScript(
    redis,
    removeUntrue,
    [`${prefix}failed`],
    [prefix, keys.partition(partition), place, stepSize],
  )) as [Place, number];
  return { next, removed };
};
