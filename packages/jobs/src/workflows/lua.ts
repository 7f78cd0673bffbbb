/**
 * Functions for scripts. `P` is what the names of all keys of a partition begin with. The hash of a
 * workflow, `W`, has
 * - `tenant`, `status`, `size`, `createdAt`, `expiresAt`, `finishedAt`, `tags`, `webhook`;
 * - `open`: how many steps have not ended;
 * - `ending`: how it will end, once that is not well; `culprit`, `error`: the step that it is due to
 *   (none when it was canceled);
 * - `handlers`: the steps that run only when others fail; `last`: the step that ended last;
 * - `revived`: how many of the open steps run again after they had ended;
 * and of the step in place n
 * - `d:n` what it is (`stored-step.ts`), `p:n` its payload where that has references;
 * - `l:n` how many of its needs have not ended well yet, `h:n` the step that it was released for;
 * - `r:n` which end of its job counts, `v:n` that it runs again;
 * - `o:n` how it ended, `x:n` its result, `g:n` that those who need it know.
 */

/** Moves a blocked job to those that wait, as BullMQ's `moveParentToWait` does. Once only. */
const release = `
    local function queueOf(P, jobId) return P .. string.match(jobId, '^([^.]+)%.') .. ':' end

    -- Redis does all of a script at one moment: the workers of a queue are woken once.
    local awake = {}
    local function wake(Q)
      if awake[Q] then return end
      awake[Q] = true
      if redis.call('HEXISTS', Q .. 'meta', 'paused') == 0 then
        redis.call('ZADD', Q .. 'marker', 0, '0')
      end
    end

    local function release(P, jobId, now)
      local Q = queueOf(P, jobId)
      if redis.call('ZREM', Q .. 'waiting-children', jobId) == 0 then return false end
      local job = redis.call('HMGET', Q .. jobId, 'priority', 'delay')
      local priority, delay = tonumber(job[1]) or 0, tonumber(job[2]) or 0
      if delay > 0 then
        local due = now + delay
        redis.call('ZADD', Q .. 'delayed', string.format('%.0f', due * 4096), jobId)
        redis.call('XADD', Q .. 'events', '*', 'event', 'delayed', 'jobId', jobId, 'delay', due)
        local first = redis.call('ZRANGE', Q .. 'delayed', 0, 0, 'WITHSCORES')
        local at = math.floor(tonumber(first[2]) / 4096)
        redis.call('ZADD', Q .. 'marker', string.format('%.0f', at), '1')
        return true
      end
      if priority == 0 then
        redis.call('LPUSH', Q .. 'wait', jobId)
      else
        local score = priority * 4294967296 + redis.call('INCR', Q .. 'pc') % 4294967296
        redis.call('ZADD', Q .. 'prioritized', string.format('%.0f', score), jobId)
      end
      wake(Q)
      redis.call('XADD', Q .. 'events', '*', 'event', 'waiting', 'jobId', jobId,
        'prev', 'waiting-children')
      return true
    end
`;

/**
 * Releases a step, of which it is known what it is; one that has to be prepared is appended to a list
 * instead, with all that this takes (unless the list says that they are only counted): place, what it is,
 * its payload, its job's data, the error that it is for, and of each step whose result it takes name, how
 * that ended, and the result.
 */
const offer = `
    local function offer(P, W, n, now, list, text)
      local step = cjson.decode(text)
      if not step.prepared then
        release(P, step.job, now)
        return
      end
      if list.isOnlyCounted then
        list[#list + 1] = n
        return
      end
      local taken = {}
      for name, place in pairs(step.from or {}) do
        local k = string.format('%d', place)
        taken[#taken + 1] = name
        taken[#taken + 1] = redis.call('HGET', W, 'o:' .. k)
        taken[#taken + 1] = redis.call('HGET', W, 'x:' .. k)
      end
      local error = false
      local cause = redis.call('HGET', W, 'h:' .. n)
      if cause then
        local failed = cjson.decode(redis.call('HGET', W, 'd:' .. cause))
        local outcome = cjson.decode(redis.call('HGET', W, 'o:' .. cause) or '{}')
        error = cjson.encode({step = failed.name, job = failed.job, status = outcome.status,
          code = outcome.code, message = outcome.message})
      end
      list[#list + 1] = {tostring(n), text, redis.call('HGET', W, 'p:' .. n),
        redis.call('HGET', queueOf(P, step.job) .. step.job, 'data'), error, taken}
    end

    local function isFree(W, n)
      return redis.call('HGET', W, 'l:' .. n) == '0' and redis.call('HEXISTS', W, 'o:' .. n) == 0
    end
`;

/** Removes a workflow and what the indexes of its tenant have of it. */
const forget = `
    local function forgetOld(Q, now)
      for _, id in ipairs(redis.call('ZRANGEBYSCORE', Q .. 'ended', '-inf', now, 'LIMIT', 0, 20)) do
        local workflow = redis.call('HMGET', Q .. id, 'tenant', 'status')
        if workflow[1] then
          local ulid = string.sub(id, -26)
          redis.call('ZREM', Q .. 'all:' .. workflow[1], ulid)
          redis.call('ZREM', Q .. workflow[2] .. ':' .. workflow[1], ulid)
        end
        redis.call('DEL', Q .. id)
        redis.call('ZREM', Q .. 'ended', id)
      end
    end
`;

export const stepFunctions = `${release}${offer}`;
export const forgetFunctions = forget;
