import { runScript, type Script } from '@drover/shared/redis/script';
import { queueNames } from '../definition/queues.ts';
import type { QueuePlaces } from '../operations/queue-status.ts';
import { histogramOf } from './percentiles.ts';

/** Most jobs of a queue, in a partition, that are looked at for one sample. */
const maxJobs = 100;

/**
 * The latest jobs that succeeded in a span of time: when they were due, began and ended.
 * Keys: the set of those that succeeded; also their hashes, of the same hash tag. Parameters: what the
 * hashes' names begin with, after which and until when they ended, how many.
 */
const latestScript: Script = {
  name: 'droverLatestSucceeded',
  keys: 1,
  lua: `
    local found = {}
    local ids = redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[3], '(' .. ARGV[2], 'LIMIT', 0, ARGV[4])
    for _, id in ipairs(ids) do
      local added, began, ended, opts =
        unpack(redis.call('HMGET', ARGV[1] .. id, 'timestamp', 'processedOn', 'finishedOn', 'opts'))
      if added and began and ended then
        local decodes, decoded = pcall(cjson.decode, opts or '')
        local delay = decodes and type(decoded) == 'table' and tonumber(decoded['delay']) or 0
        found[#found + 1] = {tonumber(added) + delay, tonumber(began), tonumber(ended)}
      end
    end
    return found
  `,
};

type Reply = [due: number, began: number, ended: number][];

/** How long some of the jobs had waited and run that succeeded after one instant and until another. */
export const takeLatencies = async (
  { redis, keys, partitions }: QueuePlaces,
  { after, until }: { after: number; until: number },
): Promise<{ waits: number[]; runs: number[] }> => {
  const replies = await Promise.all(
    queueNames.flatMap((queue) =>
      Array.from({ length: partitions }, (_, partition) =>
        runScript(
          redis,
          latestScript,
          [keys.inQueue(queue, partition, 'completed')],
          [keys.inQueue(queue, partition, ''), after, until, maxJobs],
        ),
      ),
    ),
  );
  const jobs = (replies as Reply[]).flat();
  return {
    waits: histogramOf(jobs.map(([due, began]) => Math.max(0, began - due))),
    runs: histogramOf(jobs.map(([, began, ended]) => Math.max(0, ended - began))),
  };
};
