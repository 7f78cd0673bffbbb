import { lastPriority } from '@drover/jobs/contract/submission';
import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import { runScript, type Script } from '@drover/shared/redis/script';

/**
 * BullMQ orders the jobs of one priority by a counter of 32 bits, which begins anew only when no job
 * waits. In a queue that never runs empty it would overflow, and new jobs come before old ones. From
 * here on the jobs that wait are renumbered, long before that.
 */
const highCount = 2 ** 31;

/** Jobs of each priority that one command renumbers: other commands of Redis wait meanwhile. */
const batchSize = 200;

/**
 * Gives the jobs of each priority, in their order, the lowest numbers that are free: none passes
 * another, whatever is added and claimed between two calls. Jobs with the number 0 were put back
 * before all others, and stay there. When no job is left, the counter goes on from the highest number.
 * It does nothing once the counter is low: another process was faster, or no job waited.
 * Keys: prioritized, pc. Parameters: the count that is high, jobs of a batch; then for each priority
 * from 1 on the score after which to begin and the next number.
 * Returns the latter anew, or nothing when all is done.
 */
const renumberScript: Script = {
  name: 'droverRenumber',
  keys: 2,
  lua: `
    local prioritized, counter = unpack(KEYS)
    local span = 4294967296
    if tonumber(redis.call('GET', counter) or 0) < tonumber(ARGV[1]) then return false end
    local cursors, highest, isLast = {}, 0, true
    for n = 3, #ARGV, 2 do
      local priority = (n - 1) / 2
      local base, score, number = priority * span, ARGV[n], tonumber(ARGV[n + 1])
      local jobs = redis.call('ZRANGEBYSCORE', prioritized, '(' .. score,
        string.format('(%.0f', base + span), 'WITHSCORES', 'LIMIT', 0, ARGV[2])
      for j = 1, #jobs, 2 do
        score = jobs[j + 1]
        if base + number < tonumber(score) then
          redis.call('ZADD', prioritized, string.format('%.0f', base + number), jobs[j])
        end
        number = number + 1
      end
      if #jobs == 2 * ARGV[2] then isLast = false end
      highest = math.max(highest, number)
      cursors[#cursors + 1] = score
      cursors[#cursors + 1] = number
    end
    if not isLast then return cursors end
    redis.call('SET', counter, string.format('%.0f', highest))
    return false
  `,
};

const scoreSpan = 2 ** 32;
const starts = Array.from({ length: lastPriority }, (_, n) => [(n + 1) * scoreSpan, 1]).flat();

/**
 * Renumbers the jobs that wait where the counter has become high. Any number of processes may do it at
 * once; one that dies half-way leaves the order as it was.
 * @returns whether there was anything to do.
 */
export const renumberWaiting = async (
  { redis, keys }: { redis: RedisClient; keys: Keys },
  queue: string,
  partition: number,
): Promise<boolean> => {
  const names = ['prioritized', 'pc'].map((name) => keys.inQueue(queue, partition, name));
  if (Number(await redis.get(names[1] as string)) < highCount) return false;
  for (let cursors: readonly (string | number)[] | null = starts; cursors; ) {
    const parameters = [highCount, batchSize, ...cursors];
    const reply = await runScript(redis, renumberScript, names, parameters);
    cursors = reply as readonly (string | number)[] | null;
  }
  return true;
};
