import { queueNames } from '@drover/jobs/definition/queues';
import type { Keys } from '@drover/shared/keys';
import type { Metrics } from '@drover/shared/metrics/metrics';
import { runScript, type Script } from '@drover/shared/redis/script';
import type { Redis } from 'ioredis';
import { group, streamsOf } from '../history/streams.ts';
import { systemMetrics } from './definitions.ts';

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

type Reply = [entries: number, oldestMs: number][];

/** How far the history is behind. */
export const measureHistory = (
  metrics: Metrics,
  { redis, keys, partitions }: { redis: Redis; keys: Keys; partitions: number },
): void => {
  const waiting = metrics.gauge(systemMetrics.historyWaiting);
  const lag = metrics.gauge(systemMetrics.historyLag);
  const places = Array.from({ length: partitions }, (_, partition) => streamsOf(keys, partition));

  metrics.onScrape({
    name: 'history',
    sets: [waiting, lag],
    collect: async () => {
      let furthestMs = 0;
      await Promise.all(
        places.map(async (streams) => {
          const names = streams.map(({ key }) => key);
          const reply = (await runScript(redis, lagScript, names, [group])) as Reply;
          for (const [n, { queue }] of streams.entries()) {
            const [entries, oldestMs] = reply[n] ?? [0, 0];
            waiting.inc({ queue }, entries);
            furthestMs = Math.max(furthestMs, oldestMs);
          }
        }),
      );
      lag.set(furthestMs / 1_000);
    },
  });
};
