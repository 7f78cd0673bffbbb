import { type QueueName, queueNames } from '@drover/jobs/definition/queues';
import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import { runScript, type Script } from '@drover/shared/redis/script';
import { group, streamsOf } from './streams.ts';

/**
 * Of each stream: how many entries the group has not acknowledged, and the age in ms of the oldest of
 * them; nothing where there is no group yet.
 * Keys: the streams of a partition. Parameters: the group.
 */
const lagScript: Script = {
  name: 'droverHistoryLag',
  keys: queueNames.length,
  lua: `
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)

    local function ageOf(id)
      return math.max(0, now - tonumber(string.match(id, '^%d+')))
    end

    local function behind(stream, of)
      local unread = redis.call('XRANGE', stream, '(' .. of['last-delivered-id'], '+', 'COUNT', 1)
      local pending = redis.call('XPENDING', stream, ARGV[1])
      local oldest = 0
      if unread[1] then oldest = ageOf(unread[1][1]) end
      if pending[2] then oldest = math.max(oldest, ageOf(pending[2])) end
      local lag = of.lag or (unread[1] and 1) or 0
      return {lag + of.pending, oldest}
    end

    local found = {}
    for n, stream in ipairs(KEYS) do
      found[n] = {0, 0}
      local groups = redis.pcall('XINFO', 'GROUPS', stream)
      if not groups.err then
        for _, flat in ipairs(groups) do
          local of = {}
          for at = 1, #flat, 2 do of[flat[at]] = flat[at + 1] end
          if of.name == ARGV[1] then found[n] = behind(stream, of) end
        end
      end
    end
    return found
  `,
};

type Reply = readonly (readonly [entries: number, oldestMs: number])[];

/** What the history does not have of a queue's changes, in one partition. */
export interface HistoryLag {
  readonly queue: QueueName;
  readonly entries: number;
  /** Age of the oldest of them; 0 when there are none. */
  readonly oldestMs: number;
}

/** How far the history is behind, of each queue in one partition. One command. */
export const readHistoryLag = async (
  { redis, keys }: { readonly redis: RedisClient; readonly keys: Keys },
  partition: number,
): Promise<readonly HistoryLag[]> => {
  const streams = streamsOf(keys, partition);
  const names = streams.map(({ key }) => key);
  const reply = (await runScript(redis, lagScript, names, [group])) as Reply;
  return streams.map(({ queue }, n) => {
    const [entries, oldestMs] = reply[n] ?? [0, 0];
    return { queue, entries, oldestMs };
  });
};
