import { runScript, type Script } from '@drover/shared/redis/script';
import type { QueueName } from '../definition/queues.ts';
import type { QueueLimits } from './configured-limits.ts';
import type { QueuePlaces } from './queue-status.ts';

/**
 * Sets the limits that BullMQ's claims obey: the fields that `Queue.setGlobalConcurrency` and
 * `Queue.setGlobalRateLimit` write. A changed rate begins with a new window, for the old one may last
 * much longer; idle workers are woken, for there may be more to do now.
 * Keys: meta, limiter, marker. Parameters: concurrency, jobs, window in ms; empty for no limit.
 * Returns whether anything has changed.
 */
const enforceScript: Script = {
  name: 'droverEnforceLimits',
  keys: 3,
  lua: `
    local meta, limiter, marker = unpack(KEYS)
    local names = {'concurrency', 'max', 'duration'}
    local were = redis.call('HMGET', meta, unpack(names))
    local changed = {}
    for n, name in ipairs(names) do
      if (were[n] or '') ~= ARGV[n] then
        changed[name] = true
        if ARGV[n] == '' then redis.call('HDEL', meta, name)
        else redis.call('HSET', meta, name, ARGV[n]) end
      end
    end
    if not next(changed) then return 0 end
    if changed.max or changed.duration then redis.call('DEL', limiter) end
    if redis.call('HEXISTS', meta, 'paused') == 0 then redis.call('ZADD', marker, 0, '0') end
    return 1
  `,
};

/**
 * A partition's part of a number: the parts add up to it, and differ by one at most. A partition
 * always has one at least.
 */
export const shareOf = (total: number, partition: number, partitions: number): number =>
  Math.max(1, Math.floor(total / partitions) + (partition < total % partitions ? 1 : 0));

/**
 * Makes the limits of all workers hold, each partition with its share. Setting what is set already
 * changes nothing, so everybody who knows the limits may do it at any time.
 * @returns whether anything was otherwise before.
 */
export const enforceLimits = async (
  { redis, keys, partitions }: QueuePlaces,
  queue: QueueName,
  { globalConcurrency, rateLimit }: QueueLimits,
): Promise<boolean> => {
  const replies = await Promise.all(
    Array.from({ length: partitions }, (_, partition) => {
      const names = ['meta', 'limiter', 'marker'];
      const share = (total: number | undefined) =>
        total === undefined ? '' : shareOf(total, partition, partitions);
      return runScript(
        redis,
        enforceScript,
        names.map((name) => keys.inQueue(queue, partition, name)),
        [share(globalConcurrency ?? undefined), share(rateLimit?.max), rateLimit?.per ?? ''],
      );
    }),
  );
  return replies.includes(1);
};
