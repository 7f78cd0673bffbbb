import { recordLoss } from '@drover/jobs/record/losses';
import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import { runScript, type Script } from '@drover/shared/redis/script';
import type { Worker } from 'bullmq';

/**
 * Puts jobs whose worker was lost back among those of their priority, before all others of it. BullMQ
 * itself would put them before the jobs of every priority. It is left those that it has to bury, and
 * those without a priority, which are none of ours.
 *
 * BullMQ has noted the jobs in `stalled` when it looked before; a job without a lock that is still
 * active then has nobody who runs it, and its loss is kept with it. One to bury is buried right after,
 * or at BullMQ's next check.
 * Keys: stalled, active, prioritized, marker, meta, events; also the jobs and their locks, of the same
 * hash tag. Parameters: what the names of jobs begin with, losses after which a job is buried.
 */
const recoverScript: Script = {
  name: 'droverRecover',
  keys: 6,
  lua: `
    ${recordLoss}
    local stalled, active, prioritized, marker, meta, events = unpack(KEYS)
    local call = redis.call
    local recovered = {}
    for _, id in ipairs(call('SMEMBERS', stalled)) do
      local job = ARGV[1] .. id
      local fields = call('HMGET', job, 'priority', 'stc')
      local priority, losses = tonumber(fields[1]) or 0, tonumber(fields[2]) or 0
      local isLost = call('EXISTS', job .. ':lock') == 0 and call('LPOS', active, id)
      local runsAgain = priority > 0 and losses < tonumber(ARGV[2])
      if isLost then recordLoss(job) end
      if isLost and runsAgain then
        call('LREM', active, 1, id)
        call('SREM', stalled, id)
        call('HINCRBY', job, 'stc', 1)
        call('ZADD', prioritized, string.format('%.0f', priority * 4294967296), id)
        call('XADD', events, '*', 'event', 'waiting', 'jobId', id, 'prev', 'active')
        call('XADD', events, '*', 'event', 'stalled', 'jobId', id)
        recovered[#recovered + 1] = id
      end
    end
    if #recovered > 0 and call('HEXISTS', meta, 'paused') == 0 then
      call('ZADD', marker, 0, '0')
    end
    return recovered
  `,
};

/** Makes a worker put lost jobs back in their order whenever BullMQ looks for such jobs. */
export const recoverInOrder = (
  worker: Worker,
  options: {
    redis: RedisClient;
    keys: Keys;
    queue: string;
    partition: number;
    forgivenLosses: number;
  },
): void => {
  const { redis, keys, queue, partition, forgivenLosses } = options;
  const key = (name: string) => keys.inQueue(queue, partition, name);
  const names = ['stalled', 'active', 'prioritized', 'marker', 'meta', 'events'];
  const { backend } = worker;
  const recoverOthers = backend.moveStalledJobsToWait.bind(backend);
  backend.moveStalledJobsToWait = async () => {
    const parameters = [key(''), forgivenLosses];
    const recovered = await runScript(redis, recoverScript, names.map(key), parameters);
    return [...(recovered as string[]), ...(await recoverOthers())];
  };
};
