import { recordFunctions } from '@drover/jobs/workflows/record-lua';
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
const shared = 9;
const perJob = 8;

/**
 * Does what BullMQ's `moveToFinished` does for one job that has succeeded, for many: completes each,
 * tells its followers, and claims another in its place. Whatever is not plain is left to BullMQ:
 * - a job that is not (any more) its worker's, or has children: its code is 1, and nothing was done;
 * - what is done once a minute, and the removal of old jobs: the third reply is 1, and the next job
 *   to be completed is to be left to BullMQ;
 * - claims while the queue is paused or has limits, or a delayed job is due: there are none.
 * The jobs that call it are known to have no dedupe key, and no parent but a settle job, which waits
 * for one job only, is never delayed and always of the first priority: it is released, as BullMQ would.
 * One that does nothing but take a workflow on need not run where this can be done at once: when the
 * end of the step is recorded, and what follows is released by that, it is removed. Whatever takes more
 * (a payload to be made of results, jobs to be canceled, the end of the workflow) is left to it.
 *
 * Keys: {@link keyNames}; also the jobs, their locks and children, of the same hash tag. Parameters:
 * what the names of the partition's keys begin with, and those of the queue's jobs, now, how long a
 * lock holds in ms, name of the worker, time before which completed jobs are old, for how long workflows
 * are kept that have ended well, and those that have not, number of jobs; then of each job its id, token,
 * result, attempts made, settle job or nothing, when it began, channel, and 1 when another is wanted in its
 * place. Without a time before which they are old, completed jobs are removed and
 * nobody is told, nor of those that are claimed: they are Drover's own.
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
    local P, prefix, now, lockMs, worker, oldest = unpack(ARGV, 1, 6)
    local retention = {succeeded = ARGV[7], failed = ARGV[8]}
    local count = tonumber(ARGV[9])
    local isKept = oldest ~= ''

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

    -- Most jobs are no steps: what those take is defined when the first one comes.
    local recordStep
    local function defineRecordStep()
      ${recordFunctions}
      return recordStep
    end
    local S, settled, isAnySettled = P .. 'settle:', {}, false
    local function takeOn(settleKey, success)
      local name, data = unpack(call('HMGET', settleKey, 'name', 'data'))
      if name ~= 'step' then return false end
      recordStep = recordStep or defineRecordStep()
      local ended = cjson.decode(data)
      local step, round = ended.tasks.step, string.format('%.0f', ended.round)
      local answer, ready, doomed, last = unpack(recordStep(P, step.workflow,
        string.format('%d', step.index), round, '', now, retention, success))
      return answer == 'gone' or answer == 'old'
        or (answer == 'recorded' and #ready == 0 and #doomed == 0 and not last)
    end
    local function settle(job, settleId, result, begun)
      local settleKey = S .. settleId
      if call('ZREM', S .. 'waiting-children', settleId) == 0 then return end
      local isDone, isAll = pcall(takeOn, settleKey, {result = result, begun = begun})
      if isDone and isAll then
        settled[#settled + 1] = settleKey
        settled[#settled + 1] = settleKey .. ':dependencies'
        return
      end
      call('SREM', settleKey .. ':dependencies', job)
      call('HSET', settleKey .. ':processed', job, result)
      local score = 4294967296 + call('INCR', S .. 'pc') % 4294967296
      call('ZADD', S .. 'prioritized', string.format('%.0f', score), settleId)
      isAnySettled = true
    end

    local function remove(job)
      call('DEL', job, job .. ':logs', job .. ':dependencies', job .. ':processed', job .. ':failed',
        job .. ':unsuccessful')
    end

    local codes, ids, released, scores, tokens = {}, {}, {}, {}, {}
    for n = 1, count do
      local first = ${shared} + (n - 1) * ${perJob}
      local id, token, result, made, settleId, begun, channel, isNextWanted =
        unpack(ARGV, first + 1, first + ${perJob})
      codes[n] = 1
      if holders[n] == token and isPlain(n) and call('LREM', active, -1, id) == 1 then
        codes[n] = 0
        if isKept then
          call('HSET', jobs[n], 'atm', made, 'returnvalue', result, 'finishedOn', now)
          call('XADD', events, '*', 'event', 'completed', 'jobId', id, 'returnvalue', result,
            'prev', 'active')
          call('PUBLISH', channel, 'status')
        else
          remove(jobs[n])
        end
        if settleId ~= '' then settle(jobs[n], settleId, result, tonumber(begun)) end
        ids[#ids + 1] = id
        released[#released + 1] = locks[n]
        scores[#scores + 1] = now
        scores[#scores + 1] = id
        if isNextWanted == '1' then tokens[#tokens + 1] = token end
      end
    end
    if #ids == 0 then return {codes, {}, 0} end
    if isAnySettled then call('ZADD', S .. 'marker', 0, '0') end
    if #settled > 0 then call('DEL', unpack(settled)) end
    call('DEL', unpack(released))
    call('SREM', stalled, unpack(ids))
    call('XTRIM', events, 'MAXLEN', '~', call('HGET', meta, 'opts.maxLenEvents') or 10000)
    local isNextLeft = 0
    if isKept then
      call('ZADD', completed, unpack(scores))
      call('HINCRBY', metrics, 'count', #ids)
      local counted = call('HGET', metrics, 'prevTS')
      if not counted or math.floor(counted / 60000) < math.floor(now / 60000)
        or call('ZCOUNT', completed, '-inf', oldest) > 0 then isNextLeft = 1 end
    end

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
      local popped, started = call('ZPOPMIN', prioritized, #tokens - #claimed), {}
      for n = 1, #popped, 2 do
        started[#started + 1] = popped[n]
        claimed[#claimed + 1] = popped[n]
      end
      if #started > 0 then call('LPUSH', active, unpack(started)) end
    end
    local nexts = {}
    for n, id in ipairs(claimed) do
      local job = prefix .. id
      call('SET', job .. ':lock', tokens[n], 'PX', lockMs)
      if isKept then call('XADD', events, '*', 'event', 'active', 'jobId', id, 'prev', 'waiting') end
      local fields = call('HGETALL', job)
      local at = {}
      for n = 1, #fields, 2 do at[fields[n]] = n + 1 end
      local function set(name, value)
        if not at[name] then
          fields[#fields + 1] = name
          at[name] = #fields + 1
        end
        fields[at[name]] = value
      end
      local starts = tostring((tonumber(fields[at['ats'] or 0]) or 0) + 1)
      set('ats', starts)
      set('processedOn', now)
      set('pb', worker)
      call('HSET', job, 'processedOn', now, 'pb', worker, 'ats', starts)
      nexts[n] = {fields, id, 0, 0}
    end
    if #claimed > 0 then call('ZADD', marker, 0, '0') end
    return {codes, nexts, isNextLeft}
  `,
};
