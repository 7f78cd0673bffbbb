import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { type DeliveryAttempt, deliveryAttempt } from '../contract/webhook.ts';
import { attemptsKeptMs, attemptsKey } from './log.ts';

/** Requests of a delivery that are kept: more than its attempts, for some waits take none. */
const maxKept = 50;

type Place = Pick<JobAddress, 'id' | 'partition'>;

/** Keeps what became of a request. @returns how many there have been, up to a number that is no more told. */
export const noteAttempt = async (
  queues: Pick<QueueSet, 'redis' | 'keys'>,
  address: Place,
  attempt: DeliveryAttempt,
): Promise<number> => {
  const key = attemptsKey(queues, address);
  const replies = await queues.redis
    .multi()
    .rpush(key, JSON.stringify(attempt))
    .ltrim(key, -maxKept, -1)
    .pexpire(key, attemptsKeptMs)
    .exec();
  for (const [err] of replies ?? []) if (err) throw err;
  return Number(replies?.[0]?.[1] ?? 1);
};

export const parseAttempt = (json: string): DeliveryAttempt =>
  deliveryAttempt.parse(JSON.parse(json));

/** The requests that were made for a delivery, the oldest first. */
export const readAttempts = async (
  queues: Pick<QueueSet, 'redis' | 'keys'>,
  address: Place,
): Promise<DeliveryAttempt[]> =>
  (await queues.redis.lrange(attemptsKey(queues, address), 0, -1)).map(parseAttempt);
