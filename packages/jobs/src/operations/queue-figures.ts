import type { Keys } from '@drover/shared/keys';
import { runScript, type Script } from '@drover/shared/redis/script';
import type { Redis } from 'ioredis';

/** The greatest number of a priority, which comes last. */
const lastPriority = 10;

/** In the order in which the script takes them. */
const keyNames = [
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
 * once it waits; its options know, or the index of retrying jobs, or else it was due no later than its
 * latest attempt began. A delayed job whose time has come waits, even while no worker has moved it.
 *
 * The index of retrying jobs keeps those that have come due until they run. How many of these are
 * still among the delayed ones is not known: no more than there are delayed jobs that are due.
 *
 * Keys: {@link keyNames}, and the hashes of the jobs that are looked at, of the same hash tag.
 * Parameters: what these hashes' names begin with, now, the highest score of a delayed job that is
 * due, the priority that comes last.
 */
const figuresScript: Script = {
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

/** What BullMQ knows of the minutes in which jobs finished, the latest minute first. */
export type FinishedByMinute = [
  record: [count: string | null, countBefore: string | null, since: string | null],
  earlier: string[],
];

/** What the script returns: sizes of sets, and as {@link keyNames} call them. */
export type QueueFigures = [
  paused: 0 | 1,
  waiting: number,
  active: number,
  delayed: number,
  retrying: number,
  waitingChildren: number,
  completed: number,
  failed: number,
  canceled: number,
  expired: number,
  /** Milliseconds since 1970; -1 when no job waits. */
  oldestDueAt: number,
  succeededByMinute: FinishedByMinute,
  failedByMinute: FinishedByMinute,
];

/** Of the jobs in a delayed set, those of a millisecond have 4096 scores. */
const lastScoreOf = (ms: number): number => ms * 4_096 + 4_095;

/** The figures of one queue in one partition, of one moment. One command. */
export const readFigures = async (
  { redis, keys }: { redis: Redis; keys: Keys },
  queue: string,
  partition: number,
  now: number,
): Promise<QueueFigures> => {
  const key = (name: string) => keys.inQueue(queue, partition, name);
  const parameters = [key(''), now, lastScoreOf(now), lastPriority];
  return (await runScript(redis, figuresScript, keyNames.map(key), parameters)) as QueueFigures;
};
