import type { JobAddress } from '../job-id.ts';
import type { Keys } from '../keys.ts';
import type { RedisClient } from '../redis/client.ts';
import { gather } from '../redis/gather.ts';
import { runScript, type Script } from '../redis/script.ts';
import { type JobPlace, type StoredJob, toStoredJob } from './stored-job.ts';

/**
 * A function for scripts: the hash and the place of a job, in time that does not grow with the backlog.
 * BullMQ's own `getState` searches the list of waiting jobs; here a job that is in no set and has no
 * lock waits. A lock of a process that is no worker is one of `withdraw`.
 */
export const readStored = `
    local function read(prefix, id)
      local key = prefix .. id
      local job = redis.call('HGETALL', key)
      if #job == 0 then return false end
      for n = 1, #job, 2 do
        if job[n] == 'finishedOn' then
          if redis.call('ZSCORE', prefix .. 'failed', id) then return {job, 'failed'} end
          return {job, 'completed'}
        end
      end
      local holder = redis.call('GET', key .. ':lock')
      if holder then
        if string.sub(holder, 1, 9) == 'withdraw:' then return {job, 'withdrawing'} end
        return {job, 'active'}
      end
      if redis.call('ZSCORE', prefix .. 'prioritized', id) then return {job, 'waiting'} end
      local score = redis.call('ZSCORE', prefix .. 'delayed', id)
      if score then return {job, 'delayed', score} end
      if redis.call('ZSCORE', prefix .. 'waiting-children', id) then
        return {job, 'waiting-children'}
      end
      return {job, 'waiting'}
    end
`;

/**
 * Reads jobs as they are at one moment. Key: the first job. Parameters: what the names of its queue's
 * keys begin with, and id, of each job.
 */
const readJobsScript: Script = {
  name: 'droverReadJobs',
  keys: 1,
  lua: `
    ${readStored}
    local jobs = {}
    for n = 1, #ARGV, 2 do jobs[#jobs + 1] = read(ARGV[n], ARGV[n + 1]) end
    return jobs
  `,
};

/** What {@link readStored} returns; null for a job that is not there. */
export type StoredReply = [flat: string[], place: JobPlace, delayedScore?: string] | null;

/** A job and where it is; undefined when there is none of that id. */
export type ReadJob = (address: JobAddress) => Promise<StoredJob | undefined>;

interface Asker {
  address: JobAddress;
  resolve(job: StoredJob | undefined): void;
  reject(reason: unknown): void;
}

/** Most jobs that are read at once: other commands of Redis wait meanwhile. */
const maxTogether = 32;

/**
 * Reads the jobs that are asked for at about the same time together, those of each partition by one
 * command: the more who ask, the cheaper each.
 */
export const createJobReader = (redis: RedisClient, keys: Keys): ReadJob => {
  const waiting = new Map<number, Asker[]>();

  const send = async (askers: readonly Asker[]): Promise<void> => {
    const prefixOf = ({ queue, partition }: JobAddress) => keys.inQueue(queue, partition, '');
    const first = (askers[0] as Asker).address;
    const parameters = askers.flatMap(({ address }) => [prefixOf(address), address.id]);
    try {
      const key = prefixOf(first) + first.id;
      const replies = (await runScript(redis, readJobsScript, [key], parameters)) as StoredReply[];
      for (const [n, { resolve }] of askers.entries()) {
        const reply = replies[n];
        resolve(reply ? toStoredJob(reply[0], reply[1], reply[2]) : undefined);
      }
    } catch (err) {
      for (const { reject } of askers) reject(err);
    }
  };

  const sendAll = (): void => {
    for (const askers of waiting.values()) {
      for (let n = 0; n < askers.length; n += maxTogether) {
        void send(askers.slice(n, n + maxTogether));
      }
    }
    waiting.clear();
  };
  const soon = gather(sendAll);

  return (address) =>
    new Promise((resolve, reject) => {
      const asker = { address, resolve, reject };
      const askers = waiting.get(address.partition);
      if (askers) {
        askers.push(asker);
        return;
      }
      waiting.set(address.partition, [asker]);
      soon();
    });
};
