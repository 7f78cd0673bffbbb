import type { Script } from '@drover/shared/redis/script';

/** In the order in which the script takes them. */
export const keyNames = [
  'meta',
  'wait',
  'paused',
  'prioritized',
  'active',
  'delayed',
  'waiting-children',
  'completed',
  'failed',
  'retrying',
  'canceled',
  'expired',
  'metrics:completed',
  'metrics:completed:data',
  'metrics:failed',
  'metrics:failed:data',
] as const;

/**
 * Reads a queue's figures in time that does not grow with the backlog.
 *
 * Of the jobs that wait, the first of each priority and the ends of the lists are looked at: the jobs
 * of one priority stand in the order in which they came due. BullMQ forgets when a delayed job was due
 * once it waits; its options know, or the index of retrying jobs, and it cannot have been before its
 * latest attempt. A delayed job whose time has come waits, even while no worker has moved it.
 *
 * The index of retrying jobs keeps those that have come due until they run. How many of these are
 * still among the delayed ones is not known: no more than there are delayed jobs that are due.
 *
 * Keys: {@link keyNames}, and the hashes of the jobs that are looked at, of the same hash tag.
 * Parameters: what these hashes' names begin with, now, the highest score of a delayed job that is
 * due, the priority that comes last.
 */
export const figuresScript: Script = {
  name: 'droverQueueFigures',
  keys: keyNames.length,
  lua: `
    local meta, wait, paused, prioritized, active, delayed, children, completed, failed, retrying,
      canceled, expired, completedRecord, completedMinutes, failedRecord, failedMinutes = unpack(KEYS)
    local now, lastPriority = tonumber(ARGV[2]), tonumber(ARGV[4])
    local call = redis.call

    local candidates = {}
    local function consider(id)
      if id then candidates[#candidates + 1] = id end
    end
    for _, list in ipairs({wait, paused}) do
      consider(call('LINDEX', list, -1))
      consider(call('LINDEX', list, 0))
    end
    local function firstFrom(priority, to)
      local from = string.format('%.0f', priority * 4294967296)
      consider(call('ZRANGEBYSCORE', prioritized, from, to, 'LIMIT', 0, 1)[1])
    end
    local prioritizedJobs = call('ZCARD', prioritized)
    if prioritizedJobs > 0 then
      for priority = 1, lastPriority do
        firstFrom(priority, string.format('(%.0f', (priority + 1) * 4294967296))
      end
      firstFrom(lastPriority + 1, '+inf')
    end

    local oldest = -1
    local function hasWaitedSince(due)
      if oldest < 0 or due < oldest then oldest = math.min(due, now) end
    end
    for _, id in ipairs(candidates) do
      local timestamp, opts, processedOn =
        unpack(call('HMGET', ARGV[1] .. id, 'timestamp', 'opts', 'processedOn'))
      if timestamp then
        local decodes, decoded = pcall(cjson.decode, opts or '')
        local delay = decodes and type(decoded) == 'table' and tonumber(decoded['delay']) or 0
        local again = call('ZSCORE', retrying, id)
        hasWaitedSince(math.max(timestamp + delay, processedOn or 0, again or 0))
      end
    end
    local nextDelayed = call('ZRANGEBYSCORE', delayed, '-inf', ARGV[3], 'WITHSCORES', 'LIMIT', 0, 1)
    if nextDelayed[2] then hasWaitedSince(math.floor(nextDelayed[2] / 4096)) end

    local ahead = call('ZCOUNT', retrying, '(' .. ARGV[2], '+inf')
    local overdue = call('ZCARD', retrying) - ahead
    local delayedAndDue = call('ZCOUNT', delayed, '-inf', ARGV[3])

    return {
      call('HEXISTS', meta, 'paused'),
      call('LLEN', wait) + call('LLEN', paused) + prioritizedJobs,
      call('LLEN', active),
      call('ZCARD', delayed),
      ahead + math.min(overdue, delayedAndDue),
      call('ZCARD', children),
      call('ZCARD', completed),
      call('ZCARD', failed),
      call('ZCARD', canceled),
      call('ZCARD', expired),
      oldest,
      {call('HMGET', completedRecord, 'count', 'prevCount', 'prevTS'),
        call('LRANGE', completedMinutes, 0, 9)},
      {call('HMGET', failedRecord, 'count', 'prevCount', 'prevTS'),
        call('LRANGE', failedMinutes, 0, 9)},
    }
  `,
};
