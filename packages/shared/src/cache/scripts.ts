import type { Script } from '../redis/script.ts';
import { prelude } from './script-prelude.ts';

/** An entry that counts; without its body where the caller has it already. */
export const readEntry: Script = {
  name: 'cacheRead',
  keys: 4,
  lua: `${prelude}
local entryKey, clockKey = KEYS[1], KEYS[2]
indexed(KEYS[3], KEYS[4])
local knownId = ARGV[1]
local clock = clockAt(clockKey)
local entry, left = find(entryKey)
if not entry then return {clock} end
redis.call('ZADD', uses, 'XX', now(), entryKey)
local packed = {'known', ''}
if entry[1] ~= knownId then packed = redis.call('HMGET', entryKey, 'packing', 'body') end
return {clock, left, entry[1], entry[3], entry[4], entry[5], packed[1], packed[2]}`,
};

/** The right to make an entry, unless another has it or, where it need not be made anew, there is a fresh one. */
export const acquireLock: Script = {
  name: 'cacheAcquire',
  keys: 5,
  lua: `${prelude}
local entryKey, lockKey, clockKey = KEYS[1], KEYS[2], KEYS[3]
indexed(KEYS[4], KEYS[5])
heal(lockKey, 'hash')
local token, leaseMs, knownId, anew = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'
local entry, left = find(entryKey)
if not anew and entry and entry[1] ~= knownId and left > tonumber(entry[4]) then
  return {'made', 0}
end
-- One that would never end is nobody's.
local held = redis.call('PTTL', lockKey)
if held >= 0 then
  redis.call('HSET', lockKey, 'waiting', 1)
  return {'wait', held}
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
heal(lockKey, 'hash')
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
heal(lockKey, 'hash')
if redis.call('HGET', lockKey, 'token') ~= ARGV[1] then return 0 end
unlock(lockKey, ARGV[2], clockAt(clockKey), entryKey)
return 1`,
};

/**
 * Stores an entry: for the holder of the lock, or for anybody where no token is given. With `tell`, other
 * processes drop what they have. Values of its cache that were used least go where they are too much.
 */
export const storeEntry: Script = {
  name: 'cacheStore',
  keys: 6,
  lua: `${prelude}
local entryKey, lockKey, clockKey, namesKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
indexed(KEYS[5], KEYS[6])
heal(lockKey, 'hash')
heal(namesKey, 'zset')
local token, since, tells, channel, name = ARGV[1], ARGV[2], ARGV[3] == '1', ARGV[4], ARGV[5]
local id, life, tail, stamps, packing, body =
  ARGV[6], tonumber(ARGV[7]), ARGV[8], ARGV[9], ARGV[10], ARGV[11]
local most = tonumber(ARGV[12])
if token ~= '' and redis.call('HGET', lockKey, 'token') ~= token then
  return {'lost', clockAt(clockKey)}
end
local clock = tells and advance(clockKey) or clockAt(clockKey)
since = since == '' and clock or tonumber(since)
unlock(lockKey, channel, clock, entryKey)
if tells then tell(channel, clock, 'entry', entryKey) end
for stamp in string.gmatch(stamps, '[^\\n]+') do
  if (numberAt(stamp) or 0) > since then
    forget(entryKey)
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
redis.call('ZADD', namesKey, 'GT', now() + life, name)
redis.call('PEXPIRE', namesKey, longest)
index(entryKey, #body + #stamps, most)
return {'stored', clock}`,
};

/** Takes an entry away, and from whoever makes it the right to store it. */
export const dropEntry: Script = {
  name: 'cacheDrop',
  keys: 5,
  lua: `${prelude}
local entryKey, lockKey, clockKey = KEYS[1], KEYS[2], KEYS[3]
indexed(KEYS[4], KEYS[5])
local clock = advance(clockKey)
forget(entryKey)
redis.call('UNLINK', lockKey)
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
  lua: `${prelude}
heal(KEYS[1], 'zset')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now())
return redis.call('ZRANGE', KEYS[1], 0, -1)`,
};
