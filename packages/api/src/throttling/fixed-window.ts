import type { Script } from '@drover/shared/redis/script';

/**
 * A count that starts with the first job and is forgotten when its window is over: the counter with
 * an expiry of the Redis documentation (INCR, "Pattern: rate limiter"). Around the end of a window
 * a tenant can submit up to twice the limit within a short time.
 *
 * Key: the count. Parameters and reply: see {@link Verdict}.
 */
export const fixedWindow: Script = {
  name: 'droverFixedWindow',
  keys: 1,
  lua: `
    local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
    local before = tonumber(redis.call('GET', KEYS[1]) or 0)
    local left = before == 0 and window or math.max(1, redis.call('PTTL', KEYS[1]))

    local reply, used = { 0, 0, 0 }, before
    for n = 3, #ARGV do
      local cost = tonumber(ARGV[n])
      local fits = used + cost <= limit
      if fits then used = used + cost end
      reply[n + 1] = fits and 0 or left
    end
    if used > before then
      if before == 0 then redis.call('SET', KEYS[1], used, 'PX', window)
      else redis.call('INCRBY', KEYS[1], used - before) end
    end

    reply[1], reply[2], reply[3] = math.max(0, limit - used), left, used == 0 and 0 or left
    return reply
  `,
};
