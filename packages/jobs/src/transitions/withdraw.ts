import { randomUUID } from 'node:crypto';
import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { runScript, type Script } from '@drover/shared/redis/script';
import type { Job, RedisQueueBackend } from 'bullmq';
import { encodeFailure } from '../record/failure.ts';
import { keepFor } from '../record/retention.ts';
import { announce } from './announce.ts';
import { noteWithdrawn } from './indexes.ts';

/** Why a job that has not begun, or waits for its next attempt, is never to be run. */
export type Withdrawal = 'canceled' | 'expired';

/** How long the withdrawer may take to finish the job that it has claimed, in milliseconds. */
const claimMs = 5_000;

/**
 * Claims a job that waits, as a worker would, so that no worker can; marks one that runs as canceled.
 * A withdrawer that dies here leaves an active job whose lock runs out: it goes back to its queue, and
 * the worker that claims it finds the mark. One that is blocked has not begun, whatever it did in an
 * earlier round.
 * Keys: job, wait, prioritized, delayed, waiting-children, active, lock, retrying.
 * Parameters: id, token, lock ms, withdrawal, whether one that has begun is spared.
 */
const claim: Script = {
  name: 'droverWithdraw',
  keys: 8,
  lua: `
    local id, why = ARGV[1], ARGV[4]
    if redis.call('EXISTS', KEYS[1]) == 0 then return {'gone'} end
    if redis.call('HEXISTS', KEYS[1], 'finishedOn') == 1 then return {'finished'} end
    local hasBegun = redis.call('HEXISTS', KEYS[1], 'ats') == 1
      and not redis.call('ZSCORE', KEYS[5], id)
    if hasBegun and ARGV[5] == '1' then return {'running'} end
    redis.call('HSET', KEYS[1], 'withdrawn', why)
    local holder = redis.call('GET', KEYS[7])
    if holder and string.sub(holder, 1, 9) == 'withdraw:' then return {'finished'} end
    if holder then return {'running'} end
    local found = redis.call('ZREM', KEYS[3], id) + redis.call('ZREM', KEYS[4], id)
      + redis.call('ZREM', KEYS[5], id)
    if found == 0 then found = redis.call('LREM', KEYS[2], 1, id) end
    if found == 0 then return {'running'} end
    redis.call('LPUSH', KEYS[6], id)
    redis.call('SET', KEYS[7], ARGV[2], 'PX', ARGV[3])
    redis.call('ZREM', KEYS[8], id)
    local job = redis.call('HMGET', KEYS[1], 'stacktrace', 'atm', 'data')
    return {'claimed', job[1] or '[]', job[2] or '0', job[3]}
  `,
};

type Claim = [
  answer: 'gone' | 'finished' | 'running' | 'claimed',
  stacktrace?: string,
  made?: string,
  data?: string,
];

const messages: Record<Withdrawal, string> = {
  canceled: 'The job was canceled before it was done.',
  expired: 'The job had not started by the time that it expired.',
};

/** The entry of the stack traces that tells of the withdrawal; no attempt of the job has failed. */
export const withdrawalTrace = (why: Withdrawal, attemptsMade: number): string =>
  encodeFailure(
    {
      attempt: attemptsMade,
      code: why,
      message: messages[why],
      retryable: false,
      worker: '',
      startedAt: new Date().toISOString(),
      durationMs: 0,
      withdrawn: why,
    },
    '',
  );

/** Lets BullMQ bury the claimed job, with all that hangs on it: parents, dedupe keys, old jobs. */
const bury = async (
  queues: QueueSet,
  address: JobAddress,
  claimed: { token: string; stacktrace: string; made: string; data: string },
  why: Withdrawal,
  keepFailedMs: number,
) => {
  const backend = queues.get(address.queue, address.partition).backend as RedisQueueBackend;
  const traces = JSON.parse(claimed.stacktrace) as string[];
  const { finishedOn } = await backend.moveToFailed(
    { id: address.id, opts: { attempts: 1 } } as Job,
    messages[why],
    { age: Math.ceil(keepFailedMs / 1_000) },
    claimed.token,
    false,
    {
      failedReason: messages[why],
      stacktrace: JSON.stringify([...traces, withdrawalTrace(why, Number(claimed.made))]),
    },
  );
  const { retention } = JSON.parse(claimed.data) as { retention?: number };
  await keepFor(queues, address, {
    set: 'failed',
    finishedOn: Number(finishedOn),
    retentionMs: retention,
    defaultMs: keepFailedMs,
  });
};

/**
 * Finishes a job that does not run as canceled or expired. One that runs is only marked, and its
 * worker told; only a job that has never started can expire.
 * @param options.startedToo whether one that has begun is canceled, too; default true.
 * @returns `withdrawn`; `running` when its worker has to do it; `finished` and `gone` when there is
 *   nothing to withdraw.
 */
export const withdraw = async (
  queues: QueueSet,
  address: JobAddress,
  why: Withdrawal,
  keepFailedMs: number,
  { startedToo = true } = {},
): Promise<'withdrawn' | 'running' | 'finished' | 'gone'> => {
  const { id, queue, partition } = address;
  const key = (name: string) => queues.keys.inQueue(queue, partition, name);
  const token = `withdraw:${randomUUID()}`;
  const isSparing = why === 'expired' || !startedToo;
  const sets = ['wait', 'prioritized', 'delayed', 'waiting-children', 'active'];
  const [answer, stacktrace = '[]', made = '0', data = '{}'] = (await runScript(
    queues.redis,
    claim,
    [key(id), ...sets.map(key), key(`${id}:lock`), key('retrying')],
    [id, token, claimMs, why, isSparing ? 1 : 0],
  )) as Claim;
  if (answer === 'running' && !isSparing) {
    await queues.redis.publish(queues.keys.cancellations(partition), id);
  }
  if (answer !== 'claimed') return answer;
  await noteWithdrawn(queues, address, why, keepFailedMs);
  await bury(queues, address, { token, stacktrace, made, data }, why, keepFailedMs);
  announce(queues, address, 'status');
  return 'withdrawn';
};
