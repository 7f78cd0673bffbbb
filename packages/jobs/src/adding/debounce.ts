import type { QueueSet } from '@drover/shared/queues/queue-set';
import { runScript, type Script } from '@drover/shared/redis/script';
import type { QueuedJob } from '../record/queued-job.ts';
import { dedupeKeyOf } from './dedupe-key.ts';

/**
 * Gives a debounced job that still waits its latest data, and lets it wait anew. One that has begun
 * gives its dedupe key up instead.
 * Keys: job, delayed, dedupe key, marker, events. Parameters: id, data, due time in ms. Returns 1 when revised.
 */
const revise: Script = {
  name: 'droverDebounce',
  keys: 5,
  lua: `
    local id = ARGV[1]
    if redis.call('GET', KEYS[3]) ~= id then return 0 end
    if not redis.call('ZSCORE', KEYS[2], id) then
      redis.call('DEL', KEYS[3])
      return 0
    end
    local due = tonumber(ARGV[3])
    local opts = cjson.decode(redis.call('HGET', KEYS[1], 'opts'))
    opts['delay'] = due - tonumber(redis.call('HGET', KEYS[1], 'timestamp'))
    redis.call('HSET', KEYS[1], 'data', ARGV[2], 'delay', opts['delay'], 'opts', cjson.encode(opts))
    redis.call('ZADD', KEYS[2], string.format('%.0f', due * 4096), id)
    local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
    redis.call('ZADD', KEYS[4], string.format('%.0f', math.floor(tonumber(first[2]) / 4096)), '1')
    redis.call('XADD', KEYS[5], '*', 'event', 'delayed', 'jobId', id, 'delay', ARGV[3])
    return 1
  `,
};

/** How often a job that begins in the very moment is tried again. */
const maxRounds = 5;

/**
 * Adds a job that waits until submissions of its dedupe key have ceased: the one that waits already
 * takes over the latest data, so that all who submitted follow the same job.
 * @param add adds the job, or returns the id of the one with the same dedupe key.
 * @returns the id of the job that will run.
 */
export const addDebounced = async (
  queues: QueueSet,
  job: QueuedJob,
  waitMs: number,
  add: () => Promise<string>,
): Promise<string> => {
  const key = (name: string) => queues.keys.inQueue(job.queue, job.partition, name);
  for (let round = 1; ; round += 1) {
    const id = await add();
    if (id === job.id || round === maxRounds) return id;
    const revised = await runScript(
      queues.redis,
      revise,
      [key(id), key('delayed'), dedupeKeyOf(queues.keys, job), key('marker'), key('events')],
      [id, JSON.stringify(job.data), job.timestamp + waitMs],
    );
    if (revised === 1) return id;
  }
};
