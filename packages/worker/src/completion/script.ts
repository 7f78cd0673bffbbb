import type { Script } from '@drover/shared/redis/script';

/** The keys of a queue that {@link completeScript} takes, in its order. */
export const keyNames = [
  'wait',
  'active',
  'prioritized',
  'events',
  'stalled',
  'delayed',
  'meta',
  'completed',
  'metrics:completed',
  'marker',
] as const;

/** Parameters that come once, before those of the jobs, and parameters of each job. */
const shared = 6;
const perJob = 6;

/**
 * Does what BullMQ's `moveToFinished` does for one job that has succeeded, for many: completes each,
 * tells its followers, and claims another in its place. Whatever is not plain is left to BullMQ:
 * - a job that is not (any more) its worker's, or has children: its code is 1, and nothing was done;
 * - what is done once a minute, and the removal of old jobs: the third reply is 1, and the next job
 *   to be completed is to be left to BullMQ;
 * - claims while the queue is paused or has limits, or a delayed job is due: there are none.
 * The jobs that call it are known to have no parent and no dedupe key.
 *
 * Keys: {@link keyNames}; also the jobs, their locks and children, of the same hash tag. Parameters:
 * what the names of jobs begin with, now, how long a lock holds in ms, name of the worker, time before
 * which completed jobs are old, number of jobs; then of each job its id, token, result, attempts made,
 * channel, and 1 when another is wanted in its place.
 * Returns the codes; for each claimed job, which has the tokens in their order, its fields, its id and
 * two zeros, as BullMQ does; and whether the next is to be left to BullMQ.
 */
export const completeScript: Script = {
  name: 'droverComplete',
  keys: keyNames.length,
  lua: `
    local call = redis.call
    local wait, active, prioritized, events, stalled, delayed, meta, completed, metrics, marker =
      unpack(KEYS)
    local prefix, now, lockMs, worker, oldest = unpack(ARGV, 1, 5)
    local count = tonumber(ARGV[6])

    local jobs, locks, children = {}, {}, {}
    for n = 1, count do
      local job = prefix .. ARGV[${shared} + (n - 1) * ${perJob} + 1]
      jobs[n], locks[n] = job, job .. ':lock'
      children[2 * n - 1], children[2 * n] = job .. ':dependencies', job .. ':unsuccessful'
    end
    local holders = call('MGET', unpack(locks))
    local arePlain = call('EXISTS', unpack(jobs)) == count and call('EXISTS', unpack(children)) == 0
    local function isPlain(n)
      return arePlain or (call('EXISTS', jobs[n]) == 1
        and call('EXISTS', children[2 * n - 1], children[2 * n]) == 0)
    end

    local codes, ids, released, scores, tokens = {}, {}, {}, {}, {}
    for n = 1, count do
      local first = ${shared} + (n - 1) * ${perJob}
      local id, token, result, made, channel, isNextWanted = unpack(ARGV, first + 1, first + ${perJob})
      codes[n] = 1
      if holders[n] == token and isPlain(n) and call('LREM', active, -1, id) == 1 then
        codes[n] = 0
        call('HSET', jobs[n], 'atm', made, 'returnvalue', result, 'finishedOn', now)
        call('XADD', events, '*', 'event', 'completed', 'jobId', id, 'returnvalue', result,
          'prev', 'active')
        call('PUBLISH', channel, 'status')
        ids[#ids + 1] = id
        released[#released + 1] = locks[n]
        scores[#scores + 1] = now
        scores[#scores + 1] = id
        if isNextWanted == '1' then tokens[#tokens + 1] = token end
      end
    end
    if #ids == 0 then return {codes, {}, 0} end
    call('DEL', unpack(released))
    call('SREM', stalled, unpack(ids))
    call('ZADD', completed, unpack(scores))
    call('XTRIM', events, 'MAXLEN', '~', call('HGET', meta, 'opts.maxLenEvents') or 10000)
    call('HINCRBY', metrics, 'count', #ids)

    local counted = call('HGET', metrics, 'prevTS')
    local isNextLeft = 0
    if not counted or math.floor(counted / 60000) < math.floor(now / 60000)
      or call('ZCOUNT', completed, '-inf', oldest) > 0 then isNextLeft = 1 end

    local settings = call('HMGET', meta, 'paused', 'concurrency', 'max')
    local isDue = #call('ZRANGEBYSCORE', delayed, '-inf', (now + 1) * 4096 - 1, 'LIMIT', 0, 1) > 0
    if #tokens == 0 or isDue or settings[1] or settings[2] or settings[3] then
      return {codes, {}, isNextLeft}
    end

    local claimed = {}
    while #claimed < #tokens do
      local id = call('RPOPLPUSH', wait, active)
      if not id then break end
      claimed[#claimed + 1] = id
    end
    if #claimed < #tokens then
      local popped = call('ZPOPMIN', prioritized, #tokens - #claimed)
      for n = 1, #popped, 2 do
        call('LPUSH', active, popped[n])
        claimed[#claimed + 1] = popped[n]
      end
    end
    local nexts = {}
    for n, id in ipairs(claimed) do
      local job = prefix .. id
      call('SET', job .. ':lock', tokens[n], 'PX', lockMs)
      call('XADD', events, '*', 'event', 'active', 'jobId', id, 'prev', 'waiting')
      call('HSET', job, 'processedOn', now, 'pb', worker)
      call('HINCRBY', job, 'ats', 1)
      nexts[n] = {call('HGETALL', job), id, 0, 0}
    end
    if #claimed > 0 then call('ZADD', marker, 0, '0') end
    return {codes, nexts, isNextLeft}
  `,
};
