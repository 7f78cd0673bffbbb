import { setTimeout as sleep } from 'node:timers/promises';
import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import { runScript, type Script } from '@drover/shared/redis/script';
import { queueNames } from '../definition/queues.ts';
import { isAfter } from './entry-order.ts';

/** The group that all recorders of a Drover read the events of the queues as. */
export const recorderGroup = 'history';

/** How often it is looked whether the recorder has come so far, in milliseconds. */
const pollMs = 100;

/**
 * Of each stream: its last entry, or the one that was given; and how many entries up to that one are
 * not acknowledged, at most: 0 only when there is none. Without a group nothing is recorded.
 * Keys: the streams of a partition. Parameters: the group; then an entry of each, empty for its last.
 */
const unrecordedScript: Script = {
  name: 'droverUnrecorded',
  keys: queueNames.length,
  lua: `
    local function fieldsOf(flat)
      local fields = {}
      for n = 1, #flat, 2 do fields[flat[n]] = flat[n + 1] end
      return fields
    end

    ${isAfter}

    local function behind(stream, last)
      for _, flat in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
        local of = fieldsOf(flat)
        if of.name == ARGV[1] then
          local first = redis.call('XPENDING', stream, ARGV[1])[2]
          local isGiven = not isAfter(last, of['last-delivered-id'])
          if isGiven and (not first or isAfter(first, last)) then return 0 end
          return of.pending + (isGiven and 0 or of.lag or 1)
        end
      end
      return 0
    end

    local found = {}
    for n, stream in ipairs(KEYS) do
      local info, last = redis.pcall('XINFO', 'STREAM', stream), ARGV[n + 1]
      if info.err then
        found[n] = {'', 0}
      else
        if last == '' then last = fieldsOf(info)['last-generated-id'] end
        found[n] = {last, behind(stream, last)}
      end
    end
    return found
  `,
};

/** Where it is looked. */
export interface RecordedPlaces {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly partitions: number;
}

/** Tells, each time it is called, how many entries the history lacks of those that there were at first. */
const unrecordedIn = ({ redis, keys }: RecordedPlaces, partition: number) => {
  const streams = queueNames.map((queue) => keys.inQueue(queue, partition, 'events'));
  let lasts: readonly string[] = streams.map(() => '');
  return async (): Promise<number> => {
    const reply = await runScript(redis, unrecordedScript, streams, [recorderGroup, ...lasts]);
    const found = reply as readonly (readonly [last: string, behind: number])[];
    lasts = found.map(([last]) => last);
    return found.reduce((sum, [, behind]) => sum + behind, 0);
  };
};

/**
 * Waits until the history has what has happened to the jobs of all queues by now, but no longer than that.
 * @returns how many changes it does not have, at most; 0 where there is no history.
 * @throws the reason of the signal when it aborts; errors of Redis.
 */
export const untilRecorded = async (
  places: RecordedPlaces,
  { withinMs, signal }: { withinMs: number; signal: AbortSignal },
): Promise<number> => {
  const looks = Array.from({ length: places.partitions }, (_, partition) =>
    unrecordedIn(places, partition),
  );
  const deadline = performance.now() + withinMs;
  for (;;) {
    const behind = await Promise.all(looks.map((look) => look()));
    const unrecorded = behind.reduce((sum, count) => sum + count, 0);
    if (unrecorded === 0 || performance.now() >= deadline) return unrecorded;
    await sleep(pollMs, undefined, { signal });
  }
};
