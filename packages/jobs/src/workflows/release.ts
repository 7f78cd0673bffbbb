import { parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { runScript, type Script } from '@drover/shared/redis/script';
import { stepFunctions } from './lua.ts';
import { partitionPrefix } from './place.ts';
import { type Prepared, prepare } from './prepared.ts';

/**
 * Gives a blocked job its data and lets it wait for a worker; one that is blocked no more is left alone.
 * Key: the job. Parameters: partition's prefix, id, data, delay in ms, now.
 */
const releasePrepared: Script = {
  name: 'droverReleaseStep',
  keys: 1,
  lua: `
    ${stepFunctions}
    local P, id, now = ARGV[1], ARGV[2], ARGV[5]
    if not redis.call('ZSCORE', queueOf(P, id) .. 'waiting-children', id) then return 0 end
    redis.call('HSET', KEYS[1], 'data', ARGV[3], 'delay', ARGV[4])
    release(P, id, now)
    return 1
  `,
};

/** Releases a step, with results in its payload. Done again, it does nothing. */
export const releaseStep = async (queues: QueueSet, prepared: Prepared): Promise<void> => {
  const address = parseJobId(prepared.step.job);
  const job = prepare(prepared);
  if (!address || !job) return;
  const { redis, keys } = queues;
  const { queue, partition, id } = address;
  await runScript(
    redis,
    releasePrepared,
    [keys.inQueue(queue, partition, id)],
    [partitionPrefix(keys, partition), id, JSON.stringify(job.data), job.delay, Date.now()],
  );
};
