import type { RateLimit } from '@drover/shared/config/rate-limits';
import type { Script } from '@drover/shared/redis/script';
import { fixedWindow } from './fixed-window.ts';
import { slidingWindow } from './sliding-window.ts';
import { tokenBucket } from './token-bucket.ts';

/**
 * An algorithm's decision on costs each of which may stand for a job that is added next: where there is
 * no room for it, a placeholder takes the job's place for a second, and the add does nothing.
 *
 * A job that is there already was added before this: Redis did not know the script, which had to be
 * sent a second time. It is let through.
 *
 * Key: the account. Parameters: limit, window, then costs and job keys in turn; a job key is empty
 * where the cost stands for no job. Reply: as the algorithm's own.
 */
const gateOf = ({ name, lua }: Script): Script => ({
  name: `${name}Gate`,
  keys: 1,
  lua: `
    local decide = function(KEYS, ARGV) ${lua} end
    local costs, jobs = { ARGV[1], ARGV[2] }, {}
    for n = 3, #ARGV, 2 do
      costs[#costs + 1] = ARGV[n]
      jobs[#jobs + 1] = ARGV[n + 1]
    end
    local reply = decide(KEYS, costs)
    for n, job in ipairs(jobs) do
      if reply[n + 3] > 0 and job ~= '' then
        if redis.call('EXISTS', job) == 1 then
          reply[n + 3] = 0
        else
          redis.call('HSET', job, 'placeholder', 1)
          redis.call('PEXPIRE', job, 1000)
        end
      end
    end
    return reply
  `,
});

/** One script for each algorithm. */
export const gates: Readonly<Record<RateLimit['algorithm'], Script>> = {
  'token-bucket': gateOf(tokenBucket),
  'sliding-window': gateOf(slidingWindow),
  'fixed-window': gateOf(fixedWindow),
};
