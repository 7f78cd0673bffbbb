import { runScript, type Script } from '@drover/shared/redis/script';
import { type Cause, decodeCause } from './cause.ts';
import { type Filter, scoresOf, scriptFilter } from './filter.ts';
import { chooseSets } from './lua.ts';
import { type DeadLetters, prefixOf, viewOf } from './place.ts';

/** Dead letters of one cause. Instants are milliseconds. */
export interface Group {
  id: string;
  cause: Cause;
  count: number;
  firstAt: number;
  lastAt: number;
  /** Ids of the latest. */
  samples: readonly string[];
}

const maxSamples = 3;

/** Keys: the dead letters. Parameters: prefix, view, filter (4), least and largest score. */
const count: Script = {
  name: 'droverCountDeadLetters',
  keys: 1,
  lua: `
    ${chooseSets}
    local filter = {type = ARGV[3], queue = ARGV[4], code = ARGV[5], group = ARGV[6]}
    local sum = 0
    for _, set in ipairs(choose(ARGV[1], ARGV[2], filter, false)) do
      sum = sum + redis.call('ZCOUNT', set.key, ARGV[7], ARGV[8])
    end
    return sum
  `,
};

/** The same, and the most samples of a group. Returns id, cause, count, first, samples with times. */
const groups: Script = {
  name: 'droverGroupDeadLetters',
  keys: 1,
  lua: `
    ${chooseSets}
    local filter = {type = ARGV[3], queue = ARGV[4], code = ARGV[5], group = ARGV[6]}
    local least, largest = ARGV[7], ARGV[8]
    local found = {}
    for _, set in ipairs(choose(ARGV[1], ARGV[2], filter, true)) do
      local members = redis.call('ZCOUNT', set.key, least, largest)
      if members > 0 then
        local oldest = redis.call('ZRANGEBYSCORE', set.key, least, largest,
          'WITHSCORES', 'LIMIT', 0, 1)
        local latest = redis.call('ZREVRANGEBYSCORE', set.key, largest, least,
          'WITHSCORES', 'LIMIT', 0, ARGV[9])
        found[#found + 1] = {set.group, set.cause, members, oldest[2], latest}
      end
    end
    return found
  `,
};

type Reply = [id: string, cause: string, count: number, firstAt: string, latest: string[]][];

const parametersOf = ({ queues }: DeadLetters, partition: number, filter: Filter) => [
  prefixOf(queues.keys, partition),
  viewOf(filter.tenant),
  ...scriptFilter(filter),
  ...scoresOf(filter),
];

const run = (letters: DeadLetters, script: Script, filter: Filter, more: readonly number[] = []) =>
  Promise.all(
    letters.partitions.map((partition) => {
      const parameters = [...parametersOf(letters, partition, filter), ...more];
      const { redis, keys } = letters.queues;
      return runScript(redis, script, [`${prefixOf(keys, partition)}failed`], parameters);
    }),
  );

/** How many dead letters fit a filter. */
export const countDeadLetters = async (letters: DeadLetters, filter: Filter): Promise<number> => {
  const counts = (await run(letters, count, filter)) as number[];
  return counts.reduce((sum, one) => sum + one, 0);
};

interface Part extends Omit<Group, 'samples' | 'lastAt'> {
  latest: { id: string; at: number }[];
}

const toPart = ([id, cause, count, firstAt, latest]: Reply[number]): Part => ({
  id,
  cause: decodeCause(cause),
  count,
  firstAt: Number(firstAt),
  latest: Array.from({ length: latest.length / 2 }, (_, n) => ({
    id: latest[2 * n] as string,
    at: Number(latest[2 * n + 1]),
  })),
});

/** A group over all partitions. */
const merge = (parts: readonly [Part, ...Part[]]): Group => {
  const latest = parts.flatMap((part) => part.latest).toSorted((one, other) => other.at - one.at);
  return {
    id: parts[0].id,
    cause: parts[0].cause,
    count: parts.reduce((sum, part) => sum + part.count, 0),
    firstAt: Math.min(...parts.map(({ firstAt }) => firstAt)),
    lastAt: latest[0]?.at ?? 0,
    samples: latest.slice(0, maxSamples).map(({ id }) => id),
  };
};

/** The dead letters of a filter by their cause, the largest groups first. */
export const groupDeadLetters = async (
  letters: DeadLetters,
  filter: Filter,
): Promise<readonly Group[]> => {
  const replies = (await run(letters, groups, filter, [maxSamples])) as Reply[];
  const byId = Map.groupBy(replies.flat().map(toPart), ({ id }) => id);
  return [...byId.values()]
    .map((parts) => merge(parts as [Part, ...Part[]]))
    .toSorted((one, other) => other.count - one.count || other.lastAt - one.lastAt);
};
