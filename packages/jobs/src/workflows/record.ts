import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { runScript, type Script } from '@drover/shared/redis/script';
import { workerLostCode } from '../record/failure.ts';
import { forgetFunctions, stepFunctions } from './lua.ts';
import { partitionPrefix, workflowKey } from './place.ts';
import { type Prepared, type PreparedReply, toPrepared } from './prepared.ts';

/** Largest result that is kept with a workflow unless another step takes it, in bytes of JSON. */
const maxResultBytes = 16_384;

/**
 * Records once how a step ended, and says, as often as it is asked, what follows from it: steps that
 * nothing holds back any more are released, or returned to be prepared; those that will never run are
 * returned to be canceled; and that the workflow has ended with it. When nothing is left that could
 * fail, the steps that run only when others do are among those that will never run.
 * Key: the workflow. Parameters: see {@link recordEnd}. `lua.ts` describes the fields.
 */
const record: Script = {
  name: 'droverRecordStep',
  keys: 1,
  lua: `
    ${stepFunctions}
    ${forgetFunctions}
    local W = KEYS[1]
    local P, id, n, round, settleKey = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
    local now, maxResult, keepSucceeded, keepFailed = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
    local Q = P .. 'workflow:'

    -- What was read of the workflow, and is kept true by those that write.
    local seen = {}
    local function look(...)
      local values = redis.call('HMGET', W, ...)
      for i, field in ipairs({...}) do seen[field] = values[i] end
    end
    local function get(field)
      if seen[field] == nil then seen[field] = redis.call('HGET', W, field) end
      return seen[field]
    end
    local function put(...)
      redis.call('HSET', W, ...)
      local written = {...}
      for i = 1, #written, 2 do seen[written[i]] = tostring(written[i + 1]) end
    end
    local function count(field, by)
      seen[field] = tostring(redis.call('HINCRBY', W, field, by))
    end

    look('status', 'r:' .. n, 'd:' .. n, 'o:' .. n, 'h:' .. n, 'open', 'ending', 'culprit', 'handlers',
      'revived')
    local status = get('status')
    if not status then return {'gone'} end
    local current = get('r:' .. n) or '0'
    if round ~= '' and round ~= current then return {'old'} end
    local step = cjson.decode(get('d:' .. n))

    local function failureOf(traces)
      local known, list = pcall(cjson.decode, traces or '[]')
      local last = known and type(list) == 'table' and list[#list]
      if type(last) ~= 'string' then return nil end
      local read, failure = pcall(cjson.decode, string.match(last, '^[^\\n]*'))
      return read and type(failure) == 'table' and type(failure.code) == 'string' and failure or nil
    end

    local function readEnd()
      local B = queueOf(P, step.job)
      local job = redis.call('HMGET', B .. step.job, 'timestamp', 'finishedOn', 'processedOn',
        'returnvalue', 'stacktrace')
      if job[1] then
        if not job[2] then return nil end
        local outcome = {at = tonumber(job[2]), begun = tonumber(job[3])}
        if not redis.call('ZSCORE', B .. 'failed', step.job) then
          outcome.status = 'succeeded'
          return outcome, job[4] or 'null'
        end
        local failure = failureOf(job[5])
        if failure then
          outcome.status = type(failure.withdrawn) == 'string' and failure.withdrawn or 'failed'
          outcome.code, outcome.message = failure.code, failure.message
        else
          outcome.status, outcome.code = 'failed', '${workerLostCode}'
          outcome.message = 'The workers that ran this job died under it too often.'
        end
        return outcome
      end
      local outcome = {at = tonumber(now)}
      local good = settleKey ~= '' and redis.call('HVALS', settleKey .. ':processed')[1]
      if good then
        outcome.status = 'succeeded'
        return outcome, good
      end
      local bad = settleKey ~= '' and redis.call('HVALS', settleKey .. ':failed')[1]
      outcome.status, outcome.code = bad and 'failed' or 'canceled', bad and 'error' or 'removed'
      outcome.message = bad or 'The job was removed.'
      return outcome
    end

    local function isGood(outcome) return outcome.status == 'succeeded' or step.may end

    local function keep(outcome, result)
      if result and (step.taken or #result <= tonumber(maxResult)) then
        put('x:' .. n, result, 'o:' .. n, cjson.encode(outcome))
        return
      end
      if result then outcome.large = true end
      put('o:' .. n, cjson.encode(outcome))
    end

    local function condemn(outcome)
      put('ending', outcome.status, 'culprit', n, 'error',
        cjson.encode({step = step.name, job = step.job, status = outcome.status,
          code = outcome.code, message = outcome.message}))
    end

    local function rescue(outcome)
      local handler = step.rescue and string.format('%d', step.rescue)
      if not handler or outcome.by or (get('ending') and not get('culprit')) then return end
      if get('o:' .. handler) or get('h:' .. handler) then return end
      put('h:' .. handler, n)
    end

    local function recordNow(outcome, result)
      local isWithdrawn = outcome.status == 'canceled' or outcome.status == 'expired'
      local isUncalled = step.handler and not get('h:' .. n)
      if isWithdrawn and (get('ending') or isUncalled) then outcome.by = 'workflow' end
      keep(outcome, result)
      local isAnyRevived = tonumber(get('revived') or 0) > 0
      if isAnyRevived and redis.call('HDEL', W, 'v:' .. n) == 1 then count('revived', -1) end
      count('open', -1)
      if step.handler or outcome.by then return end
      if isGood(outcome) then
        if redis.call('HSETNX', W, 'g:' .. n, '1') == 1 then
          for _, follower in ipairs(step.next) do
            count('l:' .. string.format('%d', follower), -1)
          end
        end
      else
        rescue(outcome)
        if not get('ending') then condemn(outcome) end
      end
    end

    local function finish()
      local final, tenant, ulid = get('ending') or 'succeeded', get('tenant'), string.sub(id, -26)
      put('status', final, 'finishedAt', now, 'last', n)
      redis.call('ZREM', Q .. 'open', id)
      redis.call('ZREM', Q .. 'running:' .. tenant, ulid)
      redis.call('ZADD', Q .. final .. ':' .. tenant, 0, ulid)
      local kept = final == 'succeeded' and keepSucceeded or keepFailed
      redis.call('ZADD', Q .. 'ended', string.format('%.0f', now + kept), id)
      forgetOld(Q, now)
      return final
    end

    local known = get('o:' .. n)
    local outcome = known and cjson.decode(known)
    if not outcome or (outcome.round or '0') ~= current then
      local read, result = readEnd()
      if not read then return {'unfinished'} end
      read.round = current ~= '0' and current or nil
      if outcome then keep(read, result) else recordNow(read, result) end
      outcome = read
      redis.call('ZADD', Q .. 'open', 'XX', now, id)
      if status == 'running' and tonumber(get('open')) <= 0 then status = finish() end
      redis.call('PUBLISH', Q .. id .. ':changes', 'status')
    end

    local ready, doomed = {}, {}
    if status ~= 'running' then
      return {'recorded', ready, doomed, get('last') == n and 'ended' or nil}
    end
    local function doom(at) doomed[#doomed + 1] = cjson.decode(get('d:' .. at)).job end
    local handlers, uncalled = cjson.decode(get('handlers') or '[]'), {}
    for _, place in ipairs(handlers) do
      local at = string.format('%d', place)
      if not get('o:' .. at) and not get('h:' .. at) then uncalled[#uncalled + 1] = at end
    end
    if tonumber(get('open')) == #uncalled then
      -- One of them says so of no others: each would of all.
      if step.handler and not get('h:' .. n) then uncalled = {} end
      for _, at in ipairs(uncalled) do doom(at) end
      return {'recorded', ready, doomed}
    end
    local handler = step.rescue and string.format('%d', step.rescue)
    if handler and get('h:' .. handler) == n and not get('o:' .. handler) then
      offer(P, W, handler, now, ready)
    end
    if not get('ending') and not step.handler and isGood(outcome) then
      for _, follower in ipairs(step.next) do
        local at = string.format('%d', follower)
        if get('l:' .. at) == '0' and not get('o:' .. at) then offer(P, W, at, now, ready) end
      end
    elseif get('culprit') == n then
      local spared = {}
      for _, at in ipairs(handlers) do spared[at] = true end
      for at = 0, tonumber(get('size')) - 1 do
        if not spared[at] and not get('o:' .. at) then doom(at) end
      end
    end
    return {'recorded', ready, doomed}
  `,
};

type Reply = [
  answer: 'gone' | 'old' | 'unfinished' | 'recorded',
  ready?: PreparedReply[],
  doomed?: string[],
  ended?: 'ended',
];

/** What follows from the end of a step. */
export interface Consequences {
  /** Steps to be prepared and released. */
  ready: readonly Prepared[];
  /** Ids of the jobs that are never to start. */
  doomed: readonly string[];
  /** Whether the workflow has ended with this step. */
  hasEnded: boolean;
}

/**
 * Records how a step ended.
 * @param end.round which end of the job it is; undefined: the one that counts now.
 * @param end.settleKey where BullMQ keeps how the job ended, should the job be gone.
 * @returns undefined when there is nothing (any more) to record: the workflow is gone, the job runs
 *   again, or has not ended.
 */
export const recordEnd = async (
  queues: QueueSet,
  workflow: JobAddress,
  index: number,
  end: { round?: number | undefined; settleKey?: string | undefined },
  keep: { succeededMs: number; failedMs: number },
): Promise<Consequences | undefined> => {
  const [answer, ready = [], doomed = [], ended] = (await runScript(
    queues.redis,
    record,
    [workflowKey(queues.keys, workflow)],
    [
      partitionPrefix(queues.keys, workflow.partition),
      workflow.id,
      index,
      end.round ?? '',
      end.settleKey ?? '',
      Date.now(),
      maxResultBytes,
      keep.succeededMs,
      keep.failedMs,
    ],
  )) as Reply;
  if (answer !== 'recorded') return undefined;
  return { ready: ready.map(toPrepared), doomed, hasEnded: ended !== undefined };
};
