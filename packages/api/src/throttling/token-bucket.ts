import type { Script } from '@drover/shared/redis/script';

/**
 * A bucket of `limit` tokens that is refilled evenly, in one window from empty to full. A tenant that
 * was quiet may submit `limit` jobs at once, and then one whenever a token has come back.
 *
 * What is kept is the part that is taken, as the continuous-state leaky bucket of the Generic Cell
 * Rate Algorithm (ITU-T I.371, Annex A). Level and time are whole numbers below 2^53, so nothing is
 * ever rounded: one job is `window` units, and every millisecond `limit` units drain away.
 *
 * Key: the bucket. Parameters and reply: see {@link Verdict}.
 */
export const tokenBucket: Script = {
  name: 'droverTokenBucket',
  keys: 1,
  lua: `
    local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local stored = redis.call('HMGET', KEYS[1], 'level', 'at')
    local level, at = tonumber(stored[1] or 0), tonumber(stored[2] or now)
    level = math.max(0, level - math.max(0, now - at) * limit)

    local function wait_for(jobs)
      return math.max(0, math.ceil((level + (jobs - limit) * window) / limit))
    end

    local reply, taken = { 0, 0, 0 }, 0
    for n = 3, #ARGV do
      local cost = tonumber(ARGV[n])
      local wait = wait_for(cost)
      if wait == 0 then
        taken = taken + cost
        level = level + cost * window
      end
      reply[n + 1] = wait
    end
    if taken > 0 then
      redis.call('HSET', KEYS[1], 'level', level, 'at', now)
      redis.call('PEXPIRE', KEYS[1], math.ceil(level / limit))
    end

    local remaining = math.max(0, math.floor((limit * window - level) / window))
    reply[1], reply[2], reply[3] = remaining, wait_for(remaining + 1), math.ceil(level / limit)
    return reply
  `,
};
