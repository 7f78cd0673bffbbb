/*
 * An entry is a hash: `id` names this very value, `since` is the clock when its making began, `life` and
 * `tail` are milliseconds (all of its life, and the part after its ttl), `tags` are the keys of stamps,
 * one a line, and `body` is packed as `packing` says. It ends with its life.
 *
 * The clock counts invalidations. A stamp holds the clock of the last invalidation of a tag or a cache,
 * and an entry that was begun before it does not count; neither does one whose stamp is gone. A stamp
 * lives as long as the longest entry that names it, so that Redis holds no more of them than it must.
 *
 * A lock is a hash of `token`, its holder, and `waiting`, set when somebody is to be woken. Only who
 * holds it may store what it made: an invalidation takes the lock away, and with it that right.
 *
 * The entries of a cache are indexed: in `uses` by when they were used last, in `sizes` with the memory
 * that they take, roughly, and under '' all of it. What has ended by itself counts until it is found.
 *
 * Nothing that is found under a key is believed to be ours: what is of another shape is taken away, as if
 * it had never been there.
 *
 * Stamps are named by entries, and entries by the index, so they are no KEYS; all share one hash tag.
 */
export const prelude = `
local longest = 2592000000 -- 30 days, in milliseconds: no entry lives longer.
local uses, sizes
local function heal(key, kind)
  local found = redis.call('TYPE', key).ok
  if found ~= kind and found ~= 'none' then redis.call('UNLINK', key) end
end
local function now()
  local time = redis.call('TIME')
  return math.floor(time[1] * 1000 + time[2] / 1000)
end
local function wholeNumber(text)
  return text and #text <= 16 and string.match(text, '^%d+$') and tonumber(text)
end
local function numberAt(key)
  heal(key, 'string')
  local text = redis.call('GET', key)
  if not text then return nil end
  local number = wholeNumber(text)
  if not number then redis.call('UNLINK', key) end
  return number or nil
end
local function clockAt(key) return numberAt(key) or 0 end
local function begin(key)
  if numberAt(key) then return end
  -- After the loss of all data it must not go back: nothing advances it once in a microsecond.
  local time = redis.call('TIME')
  redis.call('SET', key, string.format('%.0f', time[1] * 1000000 + time[2]))
end
local function advance(key)
  begin(key)
  return redis.call('INCR', key)
end
local function indexed(usesKey, sizesKey)
  uses, sizes = usesKey, sizesKey
  heal(uses, 'zset')
  heal(sizes, 'hash')
  local all = redis.call('HGET', sizes, '')
  if all and not wholeNumber(all) then redis.call('UNLINK', uses, sizes) end
end
local function forget(key)
  redis.call('UNLINK', key)
  redis.call('ZREM', uses, key)
  local size = wholeNumber(redis.call('HGET', sizes, key))
  if not size then return end
  redis.call('HDEL', sizes, key)
  redis.call('HINCRBY', sizes, '', -size)
end
local function index(key, bytes, most)
  -- With what Redis rounds up to, and takes for a hash, its key and its places in the index.
  local size = math.ceil(1.25 * bytes) + 3 * #key + 1400
  local before = wholeNumber(redis.call('HGET', sizes, key)) or 0
  redis.call('HSET', sizes, key, size)
  local all = redis.call('HINCRBY', sizes, '', size - before)
  redis.call('ZADD', uses, now(), key)
  redis.call('PEXPIRE', uses, longest)
  redis.call('PEXPIRE', sizes, longest)
  for _, oldest in ipairs(redis.call('ZRANGE', uses, 0, 1)) do
    if redis.call('EXISTS', oldest) == 0 then forget(oldest) end
  end
  -- Not more at once, for others wait meanwhile.
  for _ = 1, 1000 do
    local oldest = redis.call('ZRANGE', uses, 0, 0)[1]
    if tonumber(redis.call('HGET', sizes, '')) <= most or oldest == key then break end
    forget(oldest)
  end
end
local function find(key)
  heal(key, 'hash')
  local entry = redis.call('HMGET', key, 'id', 'since', 'life', 'tail', 'tags')
  if not entry[1] then return nil end
  local left = redis.call('PTTL', key)
  local since, life, tail = wholeNumber(entry[2]), wholeNumber(entry[3]), wholeNumber(entry[4])
  local isWhole = since and life and tail and entry[5] and tail <= life and left >= 0 and left <= life
  if isWhole then
    for stamp in string.gmatch(entry[5], '[^\\n]+') do
      local at = numberAt(stamp)
      if not at or at > since then isWhole = false end
    end
  end
  if isWhole then return entry, left end
  forget(key)
  return nil
end
local function tell(channel, clock, kind, target)
  redis.call('PUBLISH', channel, string.format('%.0f', clock) .. '\\n' .. kind .. '\\n' .. target)
end
local function unlock(lock, channel, clock, entry)
  local waiting = redis.call('HEXISTS', lock, 'waiting')
  redis.call('DEL', lock)
  if waiting == 1 then tell(channel, clock, 'wake', entry) end
end
`;
