import type { JobAddress } from '../job-id.ts';
import type { Keys } from '../keys.ts';
import type { RedisClient } from '../redis/client.ts';
import { runScript, type Script } from '../redis/script.ts';
import { readStored, type StoredReply } from './read-job.ts';
import { type StoredJob, toStoredJob } from './stored-job.ts';

/**
 * Reads jobs as they are at one moment, and tells which. It stops after so many bytes of fields.
 * Key: the first job. Parameters: that many bytes; then as those of `droverReadJobs`.
 */
const readJobsAtScript: Script = {
  name: 'droverReadJobsAt',
  keys: 1,
  lua: `
    ${readStored}
    local time, left = redis.call('TIME'), tonumber(ARGV[1])
    local jobs = {}
    for n = 2, #ARGV, 2 do
      local job = read(ARGV[n], ARGV[n + 1])
      jobs[#jobs + 1] = job
      if job then
        for _, text in ipairs(job[1]) do left = left - #text end
      end
      if left < 0 then break end
    end
    return {time[1], time[2], jobs}
  `,
};

/** Jobs as Redis held them at one moment. */
export interface JobsAt {
  /** Microseconds since 1970, by the clock of that Redis. */
  readonly at: number;
  /** The first of those that were asked for, one at least; undefined for one that is not there. */
  readonly jobs: readonly (StoredJob | undefined)[];
}

/** @param addresses of one partition, one at least; other commands of Redis wait while they are read. */
export const readJobsAt = async (
  { redis, keys }: { redis: RedisClient; keys: Keys },
  addresses: readonly JobAddress[],
  maxBytes: number,
): Promise<JobsAt> => {
  const prefixOf = ({ queue, partition }: JobAddress) => keys.inQueue(queue, partition, '');
  const first = addresses[0] as JobAddress;
  const [seconds, micros, replies] = (await runScript(
    redis,
    readJobsAtScript,
    [prefixOf(first) + first.id],
    [maxBytes, ...addresses.flatMap((address) => [prefixOf(address), address.id])],
  )) as [string, string, StoredReply[]];
  return {
    at: Number(seconds) * 1_000_000 + Number(micros),
    jobs: replies.map((reply) => (reply ? toStoredJob(reply[0], reply[1], reply[2]) : undefined)),
  };
};
