import { runScript, type Script } from '@drover/shared/redis/script';
import { letter } from './entry.ts';
import { type Filter, rangeOf, scriptFilter } from './filter.ts';
import { chooseSets, isTrue } from './lua.ts';
import { type DeadLetters, prefixOf, viewOf } from './place.ts';

/** A place in a list: after that dead letter. */
export interface Position {
  /** When it failed, in milliseconds. */
  at: number;
  id: string;
}

/** A dead letter as lists show it. */
export interface ListedLetter extends Position {
  type: string;
  message: string;
  createdAt: number;
  group: string;
  tenant: string;
  code: string;
  attempt: number;
  retryable: boolean;
  made: number;
  max: number;
}

export interface Page {
  order: 'newest-first' | 'oldest-first';
  limit: number;
  after?: Position | undefined;
}

/** Entries that one call looks at: those that are not true any more are passed over. */
const maxLooks = 1_000;

/**
 * Merges the sets of a filter by time, reading no more of each than it has to. Keys: the dead letters.
 * Parameters: prefix, partition's prefix, view, filter (4), order, first and last score, position
 * (2, or empty), limit, most looks. Returns the position reached (empty: the end), then the entries.
 */
const list: Script = {
  name: 'droverListDeadLetters',
  keys: 1,
  lua: `
    ${chooseSets}
    ${isTrue}
    local P, base, view = ARGV[1], ARGV[2], ARGV[3]
    local filter = {type = ARGV[4], queue = ARGV[5], code = ARGV[6], group = ARGV[7]}
    local newest = ARGV[8] == 'newest-first'
    local first, last = ARGV[9], ARGV[10]
    local afterAt, afterId = tonumber(ARGV[11]), ARGV[12]
    local limit, looks = tonumber(ARGV[13]), tonumber(ARGV[14])
    local command = newest and 'ZREVRANGEBYSCORE' or 'ZRANGEBYSCORE'

    local function precedes(at, id, otherAt, otherId)
      if at ~= otherAt then return (at > otherAt) == newest end
      return id ~= otherId and (id > otherId) == newest
    end

    local sets = choose(P, view, filter, false)
    local step = #sets == 1 and limit + 1 or 4
    local function head(set)
      while set do
        local id, at = set.items and set.items[set.at], nil
        if id then
          at = tonumber(set.items[set.at + 1])
          if not afterAt or precedes(afterAt, afterId, at, id) then return id, at end
          set.at = set.at + 2
        elseif set.items and #set.items < 2 * step then
          return nil
        else
          set.offset = set.offset and set.offset + step or 0
          set.items = redis.call(command, set.key, first, last, 'WITHSCORES', 'LIMIT', set.offset, step)
          set.at = 1
          if #set.items == 0 then return nil end
        end
      end
    end

    local entries, reached = {}, {'', ''}
    while #entries < limit do
      local best, bestId, bestAt
      for _, set in ipairs(sets) do
        local id, at = head(set)
        if id and (not best or precedes(at, id, bestAt, bestId)) then
          best, bestId, bestAt = set, id, at
        end
      end
      if not best then
        reached = {'', ''}
        break
      end
      if looks == 0 then break end
      looks = looks - 1
      best.at = best.at + 2
      reached = {string.format('%.0f', bestAt), bestId}
      local entry = redis.call('HMGET', P .. bestId,
        'finishedOn', 'name', 'failedReason', 'timestamp', 'data', 'index')
      if isTrue(base, bestId, entry[1]) and entry[5] then
        entries[#entries + 1] = {bestId, unpack(entry)}
      end
    end
    return {reached[1], reached[2], entries}
  `,
};

type Row = [
  id: string,
  finishedOn: string,
  name: string,
  failedReason: string,
  timestamp: string,
  data: string,
  index: string,
];

type Reply = [reachedAt: string, reachedId: string, rows: Row[]];

const toListed = (row: Row, isCommon: boolean): ListedLetter => {
  const [id, finishedOn, type, message, timestamp, json, index] = row;
  const [, , own = '', common = ''] = index.split('\n');
  const { tenant, code, attempt, retryable, made, max } = letter.parse(JSON.parse(json));
  return {
    id,
    at: Number(finishedOn),
    type,
    message,
    createdAt: Number(timestamp),
    group: isCommon ? common : own,
    tenant,
    code,
    attempt,
    retryable,
    made,
    max,
  };
};

const listPartition = async (
  { queues }: DeadLetters,
  partition: number,
  filter: Filter,
  page: Page,
): Promise<ListedLetter[]> => {
  const prefix = prefixOf(queues.keys, partition);
  const listed: ListedLetter[] = [];
  let after = page.after;
  while (listed.length < page.limit) {
    const [at, id, rows] = (await runScript(
      queues.redis,
      list,
      [`${prefix}failed`],
      [
        prefix,
        queues.keys.partition(partition),
        viewOf(filter.tenant),
        ...scriptFilter(filter),
        page.order,
        ...rangeOf(filter, page.order, after),
        after?.at ?? '',
        after?.id ?? '',
        page.limit - listed.length,
        maxLooks,
      ],
    )) as Reply;
    listed.push(...rows.map((row) => toListed(row, filter.tenant === null)));
    if (id === '') break;
    after = { at: Number(at), id };
  }
  return listed;
};

/** Whether one comes before the other where the newest are first. */
const byNewest = (one: Position, other: Position): number =>
  other.at - one.at || (one.id < other.id ? 1 : -1);

/**
 * Dead letters of a filter in the order of their failures, `limit` at most. The work does not grow
 * with their number.
 */
export const listDeadLetters = async (
  letters: DeadLetters,
  filter: Filter,
  page: Page,
): Promise<ListedLetter[]> => {
  const parts = await Promise.all(
    letters.partitions.map((partition) => listPartition(letters, partition, filter, page)),
  );
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const newest = parts.flat().toSorted(byNewest);
  return (page.order === 'newest-first' ? newest : newest.toReversed()).slice(0, page.limit);
};
