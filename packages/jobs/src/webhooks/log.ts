import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { runScript, type Script } from '@drover/shared/redis/script';

/**
 * The log of deliveries: in each partition, a sorted set for each tenant, by when a delivery was made.
 * A member has all that lists filter by, and what never changes of a delivery; the rest is its job's.
 */
export const deliveryQueue = 'webhooks';

/** Deliveries of a tenant that are listed, in each partition. */
const maxListed = 10_000;

/** How long they are: three days under way, seven as a finished job, and one more. Milliseconds. */
const listedForMs = 11 * 86_400_000;

/** What never changes of a delivery. */
export interface LoggedDelivery {
  id: string;
  webhookId: string;
  event: string;
  endpoint: string | undefined;
  source: string | undefined;
  replayOf: string | undefined;
  /** Of an endpoint that is not registered. */
  url: string | undefined;
}

const fields = ['id', 'webhookId', 'event', 'endpoint', 'source', 'replayOf', 'url'] as const;

/** None of its parts has a space. */
const toMember = (delivery: LoggedDelivery): string =>
  fields.map((field) => delivery[field] ?? '-').join(' ');

export const parseMember = (member: string): LoggedDelivery => {
  const parts = member.split(' ');
  const part = (at: number) => (parts[at] === '-' ? undefined : parts[at]);
  const [id = '', webhookId = '', event = ''] = parts;
  return {
    id,
    webhookId,
    event,
    endpoint: part(3),
    source: part(4),
    replayOf: part(5),
    url: part(6),
  };
};

export const logKey = (
  { keys }: Pick<QueueSet, 'keys'>,
  partition: number,
  tenant: string,
): string => keys.inQueue(deliveryQueue, partition, `log:${tenant}`);

/** The requests that were made for a delivery, as JSON, the oldest first. */
export const attemptsKey = (
  { keys }: Pick<QueueSet, 'keys'>,
  { id, partition }: Pick<JobAddress, 'id' | 'partition'>,
): string => keys.inQueue(deliveryQueue, partition, `${id}:attempts`);

/**
 * Lists a delivery; once only. What is too old or too much is listed no more, and the jobs of those that
 * have succeeded go with it: failed ones are dead letters, and others are still under way.
 * Key: the log. Parameters: when, member, oldest, most, what keys of the queue begin with.
 */
const note: Script = {
  name: 'droverNoteDelivery',
  keys: 1,
  lua: `
    local Q = ARGV[5]
    redis.call('ZADD', KEYS[1], 'NX', ARGV[1], ARGV[2])
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[3])
    local over = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[4])
    if over <= 0 then return end
    for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, math.min(over, 100) - 1)) do
      local id = string.match(member, '^%S+')
      if redis.call('ZREM', Q .. 'completed', id) == 1 then
        redis.call('DEL', Q .. id, Q .. id .. ':logs', Q .. id .. ':attempts')
      end
      redis.call('ZREM', KEYS[1], member)
    end
  `,
};

/** @param at when the delivery was made, in milliseconds. */
export const logDelivery = async (
  queues: QueueSet,
  tenant: string,
  delivery: LoggedDelivery,
  { partition, at }: { partition: number; at: number },
  most: number = maxListed,
): Promise<void> => {
  await runScript(
    queues.redis,
    note,
    [logKey(queues, partition, tenant)],
    [
      at,
      toMember(delivery),
      Date.now() - listedForMs,
      most,
      queues.keys.inQueue(deliveryQueue, partition, ''),
    ],
  );
};

/** How long attempts are kept: they are written as long as the delivery is under way. */
export const attemptsKeptMs = listedForMs;
