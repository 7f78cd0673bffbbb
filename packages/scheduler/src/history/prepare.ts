import { isAfter } from '@drover/jobs/history/entry-order';
import type { Keys } from '@drover/shared/keys';
import type { Script } from '@drover/shared/redis/script';
import { type EventStream, group } from './streams.ts';

/**
 * Makes the group where there is none, sets how many entries BullMQ keeps, and notes the queues with a
 * gap: those without a group, and those of which entries are gone that the group has not been given.
 * The entry that it was given last is never trimmed by us, so a stream that begins after it has lost some.
 * Keys: what is owed; then the stream and the meta data of each queue. Parameters: the group, that
 * number of entries; then the names of the queues.
 */
export const prepareStreams: Script = {
  name: 'droverPrepareHistory',
  keys: 0,
  lua: `
    ${isAfter}

    local function lastGiven(events)
      local groups = redis.pcall('XINFO', 'GROUPS', events)
      if groups.err then return false end
      for _, fields in ipairs(groups) do
        local name, last
        for n = 1, #fields, 2 do
          if fields[n] == 'name' then name = fields[n + 1] end
          if fields[n] == 'last-delivered-id' then last = fields[n + 1] end
        end
        if name == ARGV[1] then return last end
      end
      return false
    end

    local time = redis.call('TIME')
    for n = 2, #KEYS, 2 do
      local events, meta, queue = KEYS[n], KEYS[n + 1], ARGV[2 + n / 2]
      redis.call('HSET', meta, 'opts.maxLenEvents', ARGV[2])
      local last = lastGiven(events)
      local hasGap = false
      if not last then
        redis.call('XGROUP', 'CREATE', events, ARGV[1], '0', 'MKSTREAM')
        hasGap = true
      elseif last ~= '0-0' then
        local first = redis.call('XRANGE', events, '-', '+', 'COUNT', 1)[1]
        hasGap = first and isAfter(first[1], last)
      end
      if hasGap then redis.call('HSET', KEYS[1], queue, time[1] .. '.' .. time[2]) end
    end
    return true
  `,
};

/** Keys and parameters of {@link prepareStreams} for the streams of one partition. */
export const preparationOf = (
  keys: Keys,
  streams: readonly EventStream[],
  backlog: number,
): { keys: string[]; parameters: (string | number)[] } => {
  const places = streams.flatMap(({ queue, partition, key }) => [
    key,
    keys.inQueue(queue, partition, 'meta'),
  ]);
  return {
    keys: [keys.historyOwed(streams[0]?.partition ?? 0), ...places],
    parameters: [group, backlog, ...streams.map(({ queue }) => queue)],
  };
};
