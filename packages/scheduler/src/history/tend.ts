import type { RedisClient } from '@drover/shared/redis/client';
import { runScript, type Script } from '@drover/shared/redis/script';
import { type EventStream, group } from './streams.ts';

/** As many entries of a stream stay as BullMQ keeps by default, for whoever else listens. */
const keptEntries = 10_000;

/** A member of the group that has nothing and has not been heard of for this long is forgotten; milliseconds. */
const forgottenAfterMs = 3_600_000;

/**
 * Trims streams that have grown to what is not recorded yet, and the entry that the group was given
 * last, which shows where it is; forgets members of the group that are gone.
 * Keys: the streams. Parameters: the group, entries that stay, when members are forgotten.
 */
const tendStreamsScript: Script = {
  name: 'droverTendHistory',
  keys: 1,
  lua: `
    local events, group = KEYS[1], ARGV[1]
    local function fieldsOf(flat)
      local fields = {}
      for n = 1, #flat, 2 do fields[flat[n]] = flat[n + 1] end
      return fields
    end

    local consumers = redis.pcall('XINFO', 'CONSUMERS', events, group)
    if consumers.err then return 0 end
    for _, flat in ipairs(consumers) do
      local consumer = fieldsOf(flat)
      if consumer.pending == 0 and consumer.idle > tonumber(ARGV[3]) then
        redis.call('XGROUP', 'DELCONSUMER', events, group, consumer.name)
      end
    end

    if redis.call('XLEN', events) <= tonumber(ARGV[2]) then return 0 end
    local first = redis.call('XPENDING', events, group)[2]
    if not first then
      for _, flat in ipairs(redis.call('XINFO', 'GROUPS', events)) do
        local fields = fieldsOf(flat)
        if fields.name == group then first = fields['last-delivered-id'] end
      end
    end
    return redis.call('XTRIM', events, 'MINID', '~', first)
  `,
};

/** Keeps the streams small. Any number of recorders may do so at once. */
export const tendStreams = async (
  redis: RedisClient,
  streams: readonly EventStream[],
): Promise<void> => {
  for (const { key } of streams) {
    await runScript(redis, tendStreamsScript, [key], [group, keptEntries, forgottenAfterMs]);
  }
};
