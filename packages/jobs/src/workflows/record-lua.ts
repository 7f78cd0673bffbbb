import { workerLostCode } from '../record/failure.ts';
import { forgetFunctions, stepFunctions } from './lua.ts';

/** Largest result that is kept with a workflow unless another step takes it, in bytes of JSON. */
const maxResultBytes = 16_384;

/**
 * A function for scripts. It records once how step `n` of a workflow ended, and says, as often as it is
 * asked, what follows from it: steps that nothing holds back any more are released, or returned to be
 * prepared; those that will never run are returned to be canceled; and that the workflow has ended with
 * it. When nothing is left that could fail, the steps that run only when others do are among those that
 * will never run. `round` is which end of the job it is, or '' for the one that counts now; `settleKey`
 * is where BullMQ keeps how the job ended, should the job be gone, or ''; `retention` is how long workflows
 * are kept that have ended well, and those that have not, in milliseconds; `success` is the result of
 * the job, which has just ended well, and when it began, where that is known, or nil: then steps to be
 * prepared are only counted, and the last step, whose end somebody has to tell of, is `unfinished`.
 * Returns `gone`, `old`, `unfinished`, or `recorded` with the steps to prepare, the jobs to cancel, and
 * `ended`. `lua.ts` describes the fields of the workflow.
 */
export const recordFunctions = `
    ${stepFunctions}
    ${forgetFunctions}
    local function recordStep(P, id, n, round, settleKey, now, retention, success)
      local Q = P .. 'workflow:'
      local W = Q .. id

      -- What was read of the workflow, and what is to be written: both at once, for each call costs.
      local seen, changes = {}, {}
      local function look(fields)
        local values = redis.call('HMGET', W, unpack(fields))
        for i, field in ipairs(fields) do seen[field] = values[i] end
      end
      local function get(field)
        if seen[field] == nil then seen[field] = redis.call('HGET', W, field) end
        return seen[field]
      end
      local function put(field, value)
        seen[field] = tostring(value)
        changes[#changes + 1] = field
        changes[#changes + 1] = value
      end
      local function count(field, by) put(field, (tonumber(get(field)) or 0) + by) end
      local function save()
        if #changes > 0 then redis.call('HSET', W, unpack(changes)) end
        changes = {}
      end

      look({'status', 'r:' .. n, 'd:' .. n, 'o:' .. n, 'h:' .. n, 'g:' .. n, 'open', 'ending',
        'culprit', 'handlers', 'revived'})
      local status = get('status')
      if not status then return {'gone'} end
      local current = get('r:' .. n) or '0'
      if round ~= '' and round ~= current then return {'old'} end
      local step = cjson.decode(get('d:' .. n))
      local function lookAtFollowers()
        local fields = {}
        for _, follower in ipairs(step.next) do
          local at = string.format('%d', follower)
          for _, name in ipairs({'l:', 'o:', 'd:'}) do fields[#fields + 1] = name .. at end
        end
        if #fields > 0 then look(fields) end
      end

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
        if result and (step.taken or #result <= ${maxResultBytes}) then
          put('x:' .. n, result)
          put('o:' .. n, cjson.encode(outcome))
          return
        end
        if result then outcome.large = true end
        put('o:' .. n, cjson.encode(outcome))
      end

      local function condemn(outcome)
        put('ending', outcome.status)
        put('culprit', n)
        put('error', cjson.encode({step = step.name, job = step.job, status = outcome.status,
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
          lookAtFollowers()
          if not get('g:' .. n) then
            put('g:' .. n, '1')
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
        put('status', final)
        put('finishedAt', now)
        put('last', n)
        save()
        redis.call('ZREM', Q .. 'open', id)
        redis.call('ZREM', Q .. 'running:' .. tenant, ulid)
        redis.call('ZADD', Q .. final .. ':' .. tenant, 0, ulid)
        local kept = final == 'succeeded' and retention.succeeded or retention.failed
        redis.call('ZADD', Q .. 'ended', string.format('%.0f', now + kept), id)
        forgetOld(Q, now)
        return final
      end

      local known = get('o:' .. n)
      local outcome = known and cjson.decode(known)
      if not outcome or (outcome.round or '0') ~= current then
        -- With the last step the workflow ends, which is for those to record who then tell of it.
        if success and status == 'running' and (tonumber(get('open')) or 0) <= 1 then
          return {'unfinished'}
        end
        local read, result
        if success then
          read, result = {status = 'succeeded', at = tonumber(now), begun = success.begun}, success.result
        else
          read, result = readEnd()
        end
        if not read then return {'unfinished'} end
        read.round = current ~= '0' and current or nil
        if outcome then keep(read, result) else recordNow(read, result) end
        outcome = read
        redis.call('ZADD', Q .. 'open', 'XX', now, id)
        if status == 'running' and tonumber(get('open')) <= 0 then status = finish() end
        save()
        redis.call('PUBLISH', Q .. id .. ':changes', 'status')
      end

      local ready, doomed = {isOnlyCounted = success ~= nil}, {}
      if status ~= 'running' then
        return {'recorded', ready, doomed, get('last') == n and 'ended' or nil}
      end
      local function doom(at) doomed[#doomed + 1] = cjson.decode(get('d:' .. at)).job end
      local handlers, uncalled = get('handlers'), {}
      handlers = handlers and handlers ~= '[]' and cjson.decode(handlers) or {}
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
        offer(P, W, handler, now, ready, get('d:' .. handler))
      end
      if not get('ending') and not step.handler and isGood(outcome) then
        for _, follower in ipairs(step.next) do
          local at = string.format('%d', follower)
          if get('l:' .. at) == '0' and not get('o:' .. at) then
            offer(P, W, at, now, ready, get('d:' .. at))
          end
        end
      elseif get('culprit') == n then
        local spared = {}
        for _, at in ipairs(handlers) do spared[at] = true end
        for at = 0, tonumber(get('size')) - 1 do
          if not spared[at] and not get('o:' .. at) then doom(at) end
        end
      end
      return {'recorded', ready, doomed}
    end
`;
