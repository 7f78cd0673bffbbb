import { dueAtOf } from '@drover/shared/queues/delayed-score';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { runScript, type Script } from '@drover/shared/redis/script';
import type { DeliveryFilter, DeliverySummary } from '../contract/webhook.ts';
import { parseAttempt } from './attempts.ts';
import { deliveryQueue, type LoggedDelivery, logKey, parseMember } from './log.ts';

/** Functions for scripts: how the job of a delivery stands; `Q` is what the keys of its queue begin with. */
const stateOf = `
    local function stateOf(Q, id)
      local job = redis.call('HMGET', Q .. id, 'timestamp', 'finishedOn', 'withdrawn')
      if not job[1] then return nil end
      if not job[2] then
        return 'pending', '', redis.call('ZSCORE', Q .. 'delayed', id) or ''
      end
      if not redis.call('ZSCORE', Q .. 'failed', id) then return 'succeeded', job[2], '' end
      return job[3] and 'canceled' or 'failed', job[2], ''
    end
`;

/**
 * Deliveries of a tenant, the newest first. Those whose jobs are gone are listed no more; one that is
 * just being added has no job yet.
 * Key: the log. Parameters: what keys of the queue begin with, filter (endpoint, status, event, source),
 * position (time and id, or empty), limit, most looks, time before which all have been added. Returns the position reached (empty: the end),
 * then of each its member, state, latest request, number of requests.
 */
const list: Script = {
  name: 'droverListDeliveries',
  keys: 1,
  lua: `
    ${stateOf}
    local Q, endpoint, status, event, source = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
    local at, afterId, limit, looks = ARGV[6], ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9])
    local step, offset, rows = 100, 0, {}
    local reached = {'', ''}
    local function fits(wanted, is) return wanted == '' or wanted == is end
    while true do
      local page = redis.call('ZREVRANGEBYSCORE', KEYS[1], at == '' and '+inf' or at, '-inf',
        'WITHSCORES', 'LIMIT', offset, step)
      for n = 1, #page, 2 do
        local member, score = page[n], string.format('%.0f', tonumber(page[n + 1]))
        local id, _, its, to, from = string.match(member, '^(%S+) (%S+) (%S+) (%S+) (%S+)')
        local isAfter = at == '' or score ~= at or id < afterId
        if isAfter then
          if #rows == limit or looks == 0 then return {reached, rows} end
          looks = looks - 1
          reached = {score, id}
          if fits(endpoint, to) and fits(event, its) and fits(source, from) then
            local state, finished, due = stateOf(Q, id)
            if not state then
              if tonumber(score) < tonumber(ARGV[10]) then
                redis.call('ZREM', KEYS[1], member)
                offset = offset - 1
              end
            elseif fits(status, state) then
              local last = redis.call('LINDEX', Q .. id .. ':attempts', -1) or ''
              local count = redis.call('LLEN', Q .. id .. ':attempts')
              rows[#rows + 1] = {member, state, score, finished, due, last, count}
            end
          end
        end
      end
      if #page < 2 * step then return {{'', ''}, rows} end
      offset = offset + step
    end
  `,
};

/** A place in the list: after that delivery. */
export interface DeliveryPosition {
  /** When it was made, in milliseconds. */
  at: number;
  id: string;
}

/** A delivery as lists show it, but for the URL of a registered endpoint. */
export type ListedDelivery = LoggedDelivery & {
  status: DeliverySummary['status'];
  createdAt: number;
  finishedAt: number | undefined;
  nextAttemptAt: number | undefined;
  attempts: number;
  lastAttempt: DeliverySummary['lastAttempt'];
};

type Row = [
  member: string,
  state: DeliverySummary['status'],
  made: string,
  finished: string,
  due: string,
  last: string,
  count: number,
];

type Reply = [reached: [at: string, id: string], rows: Row[]];

/** Deliveries that one call looks at. */
const maxLooks = 1_000;

/** A delivery that is in the log for so long has a job, or had one. Milliseconds. */
const addedForMs = 3_600_000;

const toListed = ([member, status, made, finished, due, last, count]: Row): ListedDelivery => ({
  ...parseMember(member),
  status,
  createdAt: Number(made),
  finishedAt: finished === '' ? undefined : Number(finished),
  nextAttemptAt: due === '' ? undefined : dueAtOf(due),
  attempts: count,
  lastAttempt: last === '' ? null : parseAttempt(last),
});

/** What a page is of. */
export interface DeliveryPage {
  tenant: string;
  filter: DeliveryFilter;
  after: DeliveryPosition | undefined;
  limit: number;
}

const listPartition = async (
  queues: QueueSet,
  partition: number,
  { tenant, filter, after: from, limit }: DeliveryPage,
): Promise<ListedDelivery[]> => {
  const { endpoint = '', status = '', event = '', source = '' } = filter;
  const prefix = queues.keys.inQueue(deliveryQueue, partition, '');
  const listed: ListedDelivery[] = [];
  let after = from;
  while (listed.length < limit) {
    const [[at, id], rows] = (await runScript(
      queues.redis,
      list,
      [logKey(queues, partition, tenant)],
      [
        prefix,
        endpoint,
        status,
        event,
        source,
        after?.at ?? '',
        after?.id ?? '',
        limit - listed.length,
        maxLooks,
        Date.now() - addedForMs,
      ],
    )) as Reply;
    listed.push(...rows.map(toListed));
    if (id === '') break;
    after = { at: Number(at), id };
  }
  return listed;
};

const byNewest = (one: ListedDelivery, other: ListedDelivery): number =>
  other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1);

/**
 * Deliveries of a tenant, the newest first.
 * @returns them, and where the next page begins; undefined: this was the last.
 */
export const listDeliveries = async (
  queues: QueueSet,
  partitions: number,
  page: DeliveryPage,
): Promise<{ items: ListedDelivery[]; next: DeliveryPosition | undefined }> => {
  const wanted = { ...page, limit: page.limit + 1 };
  const each = await Promise.all(
    Array.from({ length: partitions }, (_, partition) => listPartition(queues, partition, wanted)),
  );
  const found = each.flat().toSorted(byNewest);
  const items = found.slice(0, page.limit);
  const last = items.at(-1);
  const isMore = found.length > page.limit && last !== undefined;
  return { items, next: isMore ? { at: last.createdAt, id: last.id } : undefined };
};
