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
 * Only one who asks does it; one who dies in the middle is followed by another a second later.
 * Keys: job, failed, canceled, expired, retrying, one of its own. Parameters: id, finishedOn, data,
 * attempts made, attempts in all, now: from then on it is due, what dedupe keys begin with.
 */
const reopen: Script = {
  name: 'droverReopen',
  keys: 6,
  lua: `
    local id = ARGV[1]
    if not redis.call('ZSCORE', KEYS[2], id) then return 0 end
    if redis.call('HGET', KEYS[1], 'finishedOn') ~= ARGV[2] then return 0 end
    if redis.call('GET', KEYS[6]) == ARGV[2] then return 0 end
    redis.call('SET', KEYS[6], ARGV[2], 'PX', 1000)
    local opts = cjson.decode(redis.call('HGET', KEYS[1], 'opts'))
    opts['attempts'] = tonumber(ARGV[5])
    opts['delay'] = nil
    local dedupe = opts['de']
    if dedupe and not dedupe['ttl'] then redis.call('SET', ARGV[7] .. dedupe['id'], id, 'NX') end
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
    [
      key(id),
      key('failed'),
      key('canceled'),
      key('expired'),
      key('retrying'),
      key(`${id}:reopened`),
    ],
    [
      id,
      job.finishedOn ?? 0,
      JSON.stringify({ ...data, base: made }),
      made,
      made + perRound,
      Date.now(),
      key('de:'),
    ],
  );
  if (reopened !== 1) return false;
  const backend = queues.get(queue, partition).backend as RedisQueueBackend;
  await backend.retryFinishedJob({ id, opts: {} } as Job, 'failed');
  announce(queues, address, 'status');
  return true;
};
