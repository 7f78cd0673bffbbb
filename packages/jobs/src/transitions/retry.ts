import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import { runScript, type Script } from '@drover/shared/redis/script';
import type { Job, RedisQueueBackend } from 'bullmq';
import { attemptsOf } from '../record/attempts.ts';
import type { JobEnvelope } from '../record/envelope.ts';
import { announce } from './announce.ts';

/**
 * Makes a failed job ready for another round: new data and attempts, and nothing left of its end.
 * Keys: job, failed, canceled, expired, retrying. Parameters: id, finishedOn, data, attempts made,
 * attempts in all, now: from then on it is due.
 */
const reopen: Script = {
  name: 'droverReopen',
  keys: 5,
  lua: `
    local id = ARGV[1]
    if not redis.call('ZSCORE', KEYS[2], id) then return 0 end
    if redis.call('HGET', KEYS[1], 'finishedOn') ~= ARGV[2] then return 0 end
    local opts = cjson.decode(redis.call('HGET', KEYS[1], 'opts'))
    opts['attempts'] = tonumber(ARGV[5])
    redis.call('HSET', KEYS[1], 'data', ARGV[3], 'opts', cjson.encode(opts), 'atm', ARGV[4])
    redis.call('HDEL', KEYS[1], 'withdrawn', 'defa', 'stc', 'progress')
    redis.call('ZREM', KEYS[3], id)
    redis.call('ZREM', KEYS[4], id)
    redis.call('ZADD', KEYS[5], ARGV[6], id)
    return 1
  `,
};

/**
 * Runs a job that failed, was canceled or has expired again, under the same id, with as many attempts
 * as it had. Asked twice at once, it does so once.
 * @returns false when the job is in no such state (any more).
 */
export const retryJob = async (
  queues: QueueSet,
  address: JobAddress,
  job: StoredJob,
): Promise<boolean> => {
  if (job.place !== 'failed') return false;
  const { id, queue, partition } = address;
  const key = (name: string) => queues.keys.inQueue(queue, partition, name);
  const { expiresAt: _over, ...data } = job.data as JobEnvelope;
  const { made, max } = attemptsOf(job);
  const perRound = max - (data.base ?? 0);
  const reopened = await runScript(
    queues.redis,
    reopen,
    [key(id), key('failed'), key('canceled'), key('expired'), key('retrying')],
    [
      id,
      job.finishedOn ?? 0,
      JSON.stringify({ ...data, base: made }),
      made,
      made + perRound,
      Date.now(),
    ],
  );
  if (reopened !== 1) return false;
  const backend = queues.get(queue, partition).backend as RedisQueueBackend;
  await backend.retryFinishedJob({ id, opts: {} } as Job, 'failed');
  announce(queues, address, 'status');
  return true;
};
