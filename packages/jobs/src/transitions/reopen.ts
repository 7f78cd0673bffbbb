import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import { runScript, type Script } from '@drover/shared/redis/script';
import { forgetEntry } from '../dead-letters/lua.ts';
import { prefixOf } from '../dead-letters/place.ts';
import { attemptsOf } from '../record/attempts.ts';
import type { JobEnvelope } from '../record/envelope.ts';
import { withoutStacks } from '../record/failure.ts';
import { tie } from '../settling/lua.ts';
import {
  settleJobOf,
  settleOptions,
  settleQueueKey,
  toTieParameters,
} from '../settling/settle-job.ts';

/** How long one who reopens a job keeps others from it, in milliseconds. */
export const reopenMs = 1_000;

/**
 * Makes a failed job ready for another round: new data and attempts, a settle job of its own where it
 * had one, and nothing left of its end, nor of its dead letter. Only one who asks does it; one who dies
 * in the middle is followed by another a second later, and until then the job is a dead letter still.
 * Keys: job, failed, canceled, expired, retrying, one of its own. Parameters: id, finishedOn, data,
 * attempts made, attempts in all, now: from then on it is due, what dedupe keys begin with, traces,
 * what the keys of the dead letters begin with; and what `tie` takes of a settle job, if there is one.
 */
const reopen: Script = {
  name: 'droverReopen',
  keys: 6,
  lua: `
    ${forgetEntry}
    ${tie}
    local id = ARGV[1]
    if not redis.call('ZSCORE', KEYS[2], id) then return 0 end
    if redis.call('HGET', KEYS[1], 'finishedOn') ~= ARGV[2] then return 0 end
    if redis.call('GET', KEYS[6]) == ARGV[2] then return 0 end
    redis.call('SET', KEYS[6], ARGV[2], 'PX', ${reopenMs})
    local opts = cjson.decode(redis.call('HGET', KEYS[1], 'opts'))
    opts['attempts'] = tonumber(ARGV[5])
    opts['delay'] = nil
    local dedupe = opts['de']
    if dedupe and not dedupe['ttl'] then redis.call('SET', ARGV[7] .. dedupe['id'], id, 'NX') end
    redis.call('HSET', KEYS[1], 'data', ARGV[3], 'opts', cjson.encode(opts), 'atm', ARGV[4],
      'stacktrace', ARGV[8])
    redis.call('HDEL', KEYS[1], 'withdrawn', 'defa', 'stc', 'progress')
    forget(ARGV[9], id)
    redis.call('ZREM', KEYS[3], id)
    redis.call('ZREM', KEYS[4], id)
    redis.call('ZADD', KEYS[5], ARGV[6], id)
    if ARGV[10] then tie(KEYS[1], ARGV[10], ARGV[12], ARGV[13], ARGV[14], ARGV[11], ARGV[6]) end
    return 1
  `,
};

/** The settle job of a job that is reopened, as the script takes it; none for one that has none. */
const settleParameters = (
  { keys }: QueueSet,
  address: JobAddress,
  { settle }: JobEnvelope,
  round: number,
): readonly string[] => {
  if (!settle) return [];
  const settleJob = settleJobOf(address, settle, round);
  return [settleQueueKey(keys, address.partition), settleOptions, ...toTieParameters(settleJob)];
};

/**
 * Prepares a job that failed, was canceled or has expired for another round, with as many attempts as
 * it had. It stands among the failed jobs still: who asked moves it.
 * @param change.payload takes the place of the one that it was submitted with.
 * @param change.round tells its settle job from those before; default the time when it ended.
 * @returns false when the job is in no such state (any more), or another does it.
 */
export const reopenJob = async (
  queues: QueueSet,
  address: JobAddress,
  job: StoredJob,
  { round, ...change }: { payload?: unknown; round?: number } = {},
): Promise<boolean> => {
  if (job.place !== 'failed') return false;
  const { id, queue, partition } = address;
  const key = (name: string) => queues.keys.inQueue(queue, partition, name);
  const { expiresAt: _over, ...data } = job.data as JobEnvelope;
  const { made, max } = attemptsOf(job);
  const perRound = max - (data.base ?? 0);
  const sets = ['failed', 'canceled', 'expired', 'retrying'];
  const finishedOn = job.finishedOn ?? 0;
  const next = round ?? finishedOn;
  const now = Date.now();
  const reopened = await runScript(
    queues.redis,
    reopen,
    [key(id), ...sets.map(key), key(`${id}:reopened`)],
    [
      id,
      finishedOn,
      JSON.stringify({ ...data, ...change, base: made, since: now, round: next }),
      made,
      made + perRound,
      now,
      key('de:'),
      JSON.stringify(withoutStacks(job.traces)),
      prefixOf(queues.keys, partition),
      ...settleParameters(queues, address, data, next),
    ],
  );
  return reopened === 1;
};
