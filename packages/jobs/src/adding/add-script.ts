import type { Script } from '@drover/shared/redis/script';

/** The keys of a queue that {@link addScript} takes, in its order. */
export const keyNames = ['id', 'meta', 'prioritized', 'active', 'events', 'pc', 'marker'] as const;

/** What {@link addScript} says of an addition; a text is the record of a key that was known. */
export const addedCode = 1;
export const refusedCode = 0;

/**
 * Does what BullMQ's `addPrioritizedJob` does for one job, for many of one queue: jobs without delay,
 * dedupe key and parent. In Redis is then what BullMQ would have put there.
 *
 * An idempotency key that is new is recorded together with its job; one that is known adds none. Where
 * a gate has put a placeholder, nothing is added or recorded, and the placeholder goes.
 *
 * Keys: {@link keyNames}; also the jobs and the records of their keys, of the same hash tag.
 * Parameters: what the names of the queue's jobs begin with, how long a record is kept in ms or nothing
 * when the jobs have no keys; then of each job its id, name, data, options, time and priority, and with
 * keys the name of the record and the fingerprint. Returns nothing when all were added or are there, else
 * a code for each.
 */
export const addScript: Script = {
  name: 'droverAdd',
  keys: keyNames.length,
  lua: `
    local call = redis.call
    local counter, meta, prioritized, active, events, pc, marker = unpack(KEYS)
    local prefix, ttl = ARGV[1], ARGV[2]
    local isKeyed = ttl ~= ''
    local size = isKeyed and 8 or 6

    local max = call('HGET', meta, 'opts.maxLenEvents')
    if not max then
      max = 10000
      call('HSET', meta, 'opts.maxLenEvents', max)
    end

    local codes, areAllThere, tries, new, priorities = {}, true, 0, {}, {}
    local function add(job, id, name, data, opts, time, priority)
      tries = tries + 1
      if call('EXISTS', job) == 1 then
        if call('HEXISTS', job, 'placeholder') == 1 then
          call('DEL', job)
          return ${refusedCode}
        end
        call('XADD', events, 'MAXLEN', '~', max, '*', 'event', 'duplicated', 'jobId', id)
        return ${addedCode}
      end
      call('HSET', job, 'name', name, 'data', data, 'opts', opts, 'timestamp', time,
        'delay', 0, 'priority', priority)
      call('XADD', events, '*', 'event', 'added', 'jobId', id, 'name', name)
      call('XADD', events, 'MAXLEN', '~', max, '*', 'event', 'waiting', 'jobId', id)
      new[#new + 1] = id
      priorities[#new] = priority
      return ${addedCode}
    end

    for n = 3, #ARGV, size do
      local id, name, data, opts, time, priority, record, fingerprint = unpack(ARGV, n, n + size - 1)
      local known = isKeyed and call('GET', record)
      local code = known or add(prefix .. id, id, name, data, opts, time, priority)
      if isKeyed and code == ${addedCode} then
        call('SET', record, fingerprint .. ' ' .. id, 'PX', ttl)
      end
      areAllThere = areAllThere and code == ${addedCode}
      codes[#codes + 1] = code
    end

    if tries > 0 then call('INCRBY', counter, tries) end
    if #new > 0 then
      local last = call('INCRBY', pc, #new)
      local scores = {}
      for n, id in ipairs(new) do
        local place = (last - #new + n) % 0x100000000
        scores[2 * n - 1], scores[2 * n] = priorities[n] * 0x100000000 + place, id
      end
      call('ZADD', prioritized, unpack(scores))
      local state = call('HMGET', meta, 'paused', 'concurrency')
      local isHeld = state[1]
        or (state[2] and call('LLEN', active) >= tonumber(state[2]))
      if not isHeld then call('ZADD', marker, 0, '0') end
    end
    return not areAllThere and codes
  `,
};
