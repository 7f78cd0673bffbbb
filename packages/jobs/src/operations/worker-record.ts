import type { Keys } from '@drover/shared/keys';
import { runScript, type Script } from '@drover/shared/redis/script';
import type { Redis } from 'ioredis';
import { type WorkerStatus, workerStatus } from '../contract/operations.ts';

/** A worker process that has not said that it lives for this long is not listed, in milliseconds. */
export const workerTtlMs = 15_000;

interface Store {
  readonly redis: Redis;
  readonly keys: Keys;
}

/**
 * Redis lets the record of a worker that is dead expire; its entry in the index goes with the next
 * write of another. Redis's own clock decides, for those of the workers may differ.
 * Keys: record, index. Parameters: id, record, time to live in ms.
 */
const keepScript: Script = {
  name: 'droverKeepWorker',
  keys: 2,
  lua: `
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
    redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[3]), ARGV[1])
    redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('(%.0f', now))
    return true
  `,
};

/** Keys: record, index. Parameters: id. */
const forgetScript: Script = {
  name: 'droverForgetWorker',
  keys: 2,
  lua: `
    redis.call('DEL', KEYS[1])
    redis.call('ZREM', KEYS[2], ARGV[1])
    return true
  `,
};

/** Keys: index; also the records that it names, of the same hash tag. Parameters: what their names begin with. */
const listScript: Script = {
  name: 'droverListWorkers',
  keys: 1,
  lua: `
    local records = {}
    for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
      local record = redis.call('GET', ARGV[1] .. id)
      if record then records[#records + 1] = record end
    end
    return records
  `,
};

/** Says that a worker process lives, and what it does. To be called anew before {@link workerTtlMs} are over. */
export const keepWorker = async ({ redis, keys }: Store, worker: WorkerStatus): Promise<void> => {
  const { id } = worker;
  const parameters = [id, JSON.stringify(worker), workerTtlMs];
  await runScript(redis, keepScript, [keys.worker(id), keys.workers], parameters);
};

/** Says that a worker process has ended. */
export const forgetWorker = async ({ redis, keys }: Store, id: string): Promise<void> => {
  await runScript(redis, forgetScript, [keys.worker(id), keys.workers], [id]);
};

/** Undefined for the record of another version of Drover that this one cannot read. */
const toWorker = (json: string): WorkerStatus | undefined => {
  const parsed = workerStatus.safeParse(JSON.parse(json));
  return parsed.data;
};

/** The live worker processes, those that started first before the others. One command. */
export const listWorkers = async ({ redis, keys }: Store): Promise<WorkerStatus[]> => {
  const records = await runScript(redis, listScript, [keys.workers], [keys.worker('')]);
  return (records as string[])
    .map(toWorker)
    .filter((worker) => worker !== undefined)
    .toSorted((one, other) => one.startedAt.localeCompare(other.startedAt));
};
