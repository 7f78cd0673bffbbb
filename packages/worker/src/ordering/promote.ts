import type { Keys } from '@drover/shared/keys';
import { lastScoreOf } from '@drover/shared/queues/delayed-score';
import type { RedisClient } from '@drover/shared/redis/client';
import { runScript, type Script } from '@drover/shared/redis/script';

/**
 * Puts jobs whose time has come among those that wait, as BullMQ does when it claims a job. While all
 * workers are busy it claims none, and jobs that are submitted later would stand before them.
 * Keys: delayed, wait, prioritized, pc, marker, meta, events; also the jobs, of the same hash tag.
 * Parameters: what the names of jobs begin with, the highest score that is due.
 */
const promoteScript: Script = {
  name: 'droverPromote',
  keys: 7,
  lua: `
    local delayed, wait, prioritized, counter, marker, meta, events = unpack(KEYS)
    local call = redis.call
    local due = call('ZRANGEBYSCORE', delayed, '-inf', ARGV[2], 'LIMIT', 0, 1000)
    if #due == 0 then return 0 end
    call('ZREM', delayed, unpack(due))
    for _, id in ipairs(due) do
      local job = ARGV[1] .. id
      local priority = tonumber(call('HGET', job, 'priority')) or 0
      if priority == 0 then
        call('LPUSH', wait, id)
      else
        local score = priority * 4294967296 + call('INCR', counter) % 4294967296
        call('ZADD', prioritized, string.format('%.0f', score), id)
      end
      call('XADD', events, '*', 'event', 'waiting', 'jobId', id, 'prev', 'delayed')
      call('HSET', job, 'delay', 0)
    end
    if call('HEXISTS', meta, 'paused') == 0 then call('ZADD', marker, 0, '0') end
    return #due
  `,
};

const keyNames = ['delayed', 'wait', 'prioritized', 'pc', 'marker', 'meta', 'events'];

/**
 * Makes the delayed jobs that are due wait, 1 000 at most.
 * @returns how many these were.
 */
export const promoteDue = async (
  { redis, keys }: { redis: RedisClient; keys: Keys },
  queue: string,
  partition: number,
): Promise<number> => {
  const key = (name: string) => keys.inQueue(queue, partition, name);
  const parameters = [key(''), lastScoreOf(Date.now())];
  return (await runScript(redis, promoteScript, keyNames.map(key), parameters)) as number;
};
