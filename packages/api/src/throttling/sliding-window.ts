import type { Script } from '@drover/shared/redis/script';

/**
 * The count of this window, and that of the one before by the part of it that the last `window`
 * milliseconds still cover; the jobs before are taken as spread evenly. As at Cloudflare: "How we
 * built rate limiting capable of scaling to millions of domains" (2017). Windows start at multiples
 * of their length since 1970. One job is `window` units, so that all is counted in whole numbers.
 *
 * Key: both counts. Parameters and reply: see {@link Verdict}.
 */
export const slidingWindow: Script = {
  name: 'droverSlidingWindow',
  keys: 1,
  lua: `
    local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local number, elapsed = math.floor(now / window), now % window
    local stored = redis.call('HMGET', KEYS[1], 'number', 'current', 'previous')
    local seen, current, previous = tonumber(stored[1] or 0), 0, 0
    -- A clock that was set back waits at the start of the latest window.
    if seen > number then number, elapsed = seen, 0 end
    if seen == number then current, previous = tonumber(stored[2]), tonumber(stored[3])
    elseif seen == number - 1 then previous = tonumber(stored[2]) end

    local function level() return current * window + previous * (window - elapsed) end

    local function wait_for(jobs)
      if level() + (jobs - limit) * window <= 0 then return 0 end
      local room = limit - jobs - current
      if room >= 0 then
        return math.max(1, math.ceil(window - room * window / previous) - elapsed)
      end
      -- In this window never; in the next one, what counts of it shrinks.
      return window - elapsed + math.max(0, math.ceil(window - (limit - jobs) * window / current))
    end

    local reply, taken = { 0, 0, 0 }, 0
    for n = 3, #ARGV do
      local cost = tonumber(ARGV[n])
      local wait = wait_for(cost)
      if wait == 0 then
        taken = taken + cost
        current = current + cost
      end
      reply[n + 1] = wait
    end
    if taken > 0 then
      redis.call('HSET', KEYS[1], 'number', number, 'current', current, 'previous', previous)
      redis.call('PEXPIRE', KEYS[1], 2 * window - elapsed)
    end

    local remaining = math.max(0, math.floor((limit * window - level()) / window))
    reply[1], reply[2] = remaining, remaining == limit and window or wait_for(remaining + 1)
    reply[3] = current > 0 and 2 * window - elapsed or previous > 0 and window - elapsed or 0
    return reply
  `,
};
