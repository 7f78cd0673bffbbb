import type { Script } from '../redis/script.ts';

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
 * Stamps are named by entries, so they are no KEYS; all share one hash tag.
 */
const prelude = `
local function clockAt(key) return tonumber(redis.call('GET', key) or '0') end
local function begin(key)
  if redis.call('EXISTS', key) == 1 then return end
  -- After the loss of all data it must not go back: nothing advances it once in a microsecond.
  local time = redis.call('TIME')
  redis.call('SET', key, string.format('%.0f', time[1] * 1000000 + time[2]))
end
local function advance(key)
  begin(key)
  return redis.call('INCR', key)
end
local function find(key)
  local entry = redis.call('HMGET', key, 'id', 'since', 'life', 'tail', 'tags')
  if not entry[1] then return nil end
  for stamp in string.gmatch(entry[5], '[^\\n]+') do
    local at = redis.call('GET', stamp)
    if not at or tonumber(at) > tonumber(entry[2]) then
      redis.call('UNLINK', key)
      return nil
    end
  end
  return entry
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

/** An entry that counts; without its body where the caller has it already. */
export const readEntry: Script = {
  name: 'cacheRead',
  keys: 2,
  lua: `${prelude}
local entryKey, clockKey = KEYS[1], KEYS[2]
local knownId = ARGV[1]
local clock = clockAt(clockKey)
local entry = find(entryKey)
if not entry then return {clock} end
local left = redis.call('PTTL', entryKey)
local packed = {'known', ''}
if entry[1] ~= knownId then packed = redis.call('HMGET', entryKey, 'packing', 'body') end
return {clock, left, entry[1], entry[3], entry[4], entry[5], packed[1], packed[2]}`,
};

/** The right to make an entry, unless another has it or, where it need not be made anew, there is a fresh one. */
export const acquireLock: Script = {
  name: 'cacheAcquire',
  keys: 3,
  lua: `${prelude}
local entryKey, lockKey, clockKey = KEYS[1], KEYS[2], KEYS[3]
local token, leaseMs, knownId, anew = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'
local entry = find(entryKey)
if not anew and entry and entry[1] ~= knownId and redis.call('PTTL', entryKey) > tonumber(entry[4]) then
  return {'made', 0}
end
if redis.call('EXISTS', lockKey) == 1 then
  redis.call('HSET', lockKey, 'waiting', 1)
  return {'wait', redis.call('PTTL', lockKey)}
end
begin(clockKey)
redis.call('HSET', lockKey, 'token', token)
redis.call('PEXPIRE', lockKey, leaseMs)
return {'make', clockAt(clockKey)}`,
};

/** The right to make an entry, taken from whoever has it: for writers. */
export const seizeLock: Script = {
  name: 'cacheSeize',
  keys: 2,
  lua: `${prelude}
local lockKey, clockKey = KEYS[1], KEYS[2]
begin(clockKey)
redis.call('HSET', lockKey, 'token', ARGV[1])
redis.call('PEXPIRE', lockKey, ARGV[2])
return clockAt(clockKey)`,
};

export const renewLock: Script = {
  name: 'cacheRenew',
  keys: 1,
  lua: `
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`,
};

export const releaseLock: Script = {
  name: 'cacheRelease',
  keys: 3,
  lua: `${prelude}
local entryKey, lockKey, clockKey = KEYS[1], KEYS[2], KEYS[3]
if redis.call('HGET', lockKey, 'token') ~= ARGV[1] then return 0 end
unlock(lockKey, ARGV[2], clockAt(clockKey), entryKey)
return 1`,
};

/**
 * Stores an entry: for the holder of the lock, or for anybody where no token is given. With `tell`, other
 * processes drop what they have.
 */
export const storeEntry: Script = {
  name: 'cacheStore',
  keys: 4,
  lua: `${prelude}
local entryKey, lockKey, clockKey, namesKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local token, since, tells, channel, name = ARGV[1], ARGV[2], ARGV[3] == '1', ARGV[4], ARGV[5]
local id, life, tail, stamps, packing, body =
  ARGV[6], tonumber(ARGV[7]), ARGV[8], ARGV[9], ARGV[10], ARGV[11]
if token ~= '' and redis.call('HGET', lockKey, 'token') ~= token then
  return {'lost', clockAt(clockKey)}
end
local clock = tells and advance(clockKey) or clockAt(clockKey)
since = since == '' and clock or tonumber(since)
unlock(lockKey, channel, clock, entryKey)
if tells then tell(channel, clock, 'entry', entryKey) end
for stamp in string.gmatch(stamps, '[^\\n]+') do
  if tonumber(redis.call('GET', stamp) or '0') > since then
    redis.call('UNLINK', entryKey)
    return {'outdated', clock}
  end
end
redis.call('UNLINK', entryKey)
redis.call('HSET', entryKey, 'id', id, 'since', string.format('%.0f', since), 'life', life,
  'tail', tail, 'tags', stamps, 'packing', packing, 'body', body)
redis.call('PEXPIRE', entryKey, life)
for stamp in string.gmatch(stamps, '[^\\n]+') do
  local left = redis.call('PTTL', stamp)
  if left == -2 then redis.call('SET', stamp, 0, 'PX', life + 1000)
  elseif left < life + 1000 then redis.call('PEXPIRE', stamp, life + 1000) end
end
local time = redis.call('TIME')
redis.call('ZADD', namesKey, 'GT', math.floor(time[1] * 1000 + time[2] / 1000 + life), name)
redis.call('PEXPIRE', namesKey, 2592000000)
return {'stored', clock}`,
};

/** Takes an entry away, and from whoever makes it the right to store it. */
export const dropEntry: Script = {
  name: 'cacheDrop',
  keys: 3,
  lua: `${prelude}
local entryKey, lockKey, clockKey = KEYS[1], KEYS[2], KEYS[3]
local clock = advance(clockKey)
redis.call('UNLINK', entryKey, lockKey)
tell(ARGV[1], clock, 'entry', entryKey)
return clock`,
};

/** Invalidates what was begun before now and names one of the stamps; those live as long as a load may. */
export const setStamps: Script = {
  name: 'cacheStamp',
  keys: 1,
  lua: `${prelude}
local clock = advance(KEYS[1])
for stamp in string.gmatch(ARGV[2], '[^\\n]+') do
  local left = math.max(redis.call('PTTL', stamp), tonumber(ARGV[3]))
  redis.call('SET', stamp, string.format('%.0f', clock), 'PX', left)
  tell(ARGV[1], clock, 'stamp', stamp)
end
return clock`,
};

/** Members of the set of names whose last entry has not ended; the others are forgotten. */
export const listNames: Script = {
  name: 'cacheNames',
  keys: 1,
  lua: `
local time = redis.call('TIME')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', math.floor(time[1] * 1000 + time[2] / 1000))
return redis.call('ZRANGE', KEYS[1], 0, -1)`,
};
