import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import { runScript, type Script } from '@drover/shared/redis/script';
import { type WorkerStatus, workerStatus } from '../contract/operations.ts';

/** A worker process that has not said that it lives for this long is not listed, in milliseconds. */
export const workerTtlMs = 15_000;

/** A worker that was lost is named for this long, in milliseconds. */
export const lostForMs = 3_600_000;

interface Store {
  readonly redis: RedisClient;
  readonly keys: Keys;
}

/**
 * Redis lets the record of a worker that is dead expire; its entry in the index goes with the next
 * write of another, who counts it as lost. Redis's own clock decides, for those of the workers may differ.
 * Keys: record, index, count of the lost, those lately lost. Parameters: id, record, time to live in ms,
 * for how long the lost are named in ms.
 */
const keepScript: Script = {
  name: 'droverKeepWorker',
  keys: 4,
  lua: `
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
    redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[3]), ARGV[1])
    redis.call('ZREM', KEYS[4], ARGV[1])
    local gone = string.format('(%.0f', now)
    local lost = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', gone, 'WITHSCORES', 'LIMIT', 0, 100)
    for n = 1, #lost, 2 do redis.call('ZADD', KEYS[4], lost[n + 1], lost[n]) end
    local count = redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', gone)
    if count > 0 then redis.call('INCRBY', KEYS[3], count) end
    redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', string.format('(%.0f', now - ARGV[4]))
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
  const parameters = [id, JSON.stringify(worker), workerTtlMs, lostForMs];
  const places = [keys.worker(id), keys.workers, keys.workersLost, keys.workersLostLately];
  await runScript(redis, keepScript, places, parameters);
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

/**
 * How many workers have fallen silent without saying that they end, ever: killed, hung, or cut off from
 * Redis. One of them is counted when the next worker writes its record.
 */
export const countLostWorkers = async ({ redis, keys }: Store): Promise<number> =>
  Number((await redis.get(keys.workersLost)) ?? 0);

/** The live worker processes, those that started first before the others. One command. */
export const listWorkers = async ({ redis, keys }: Store): Promise<WorkerStatus[]> => {
  const records = await runScript(redis, listScript, [keys.workers], [keys.worker('')]);
  return (records as string[])
    .map(toWorker)
    .filter((worker) => worker !== undefined)
    .toSorted((one, other) => one.startedAt.localeCompare(other.startedAt));
};

/** A worker process that has fallen silent. */
export interface LostWorker {
  readonly id: string;
  /** When it was given up, in milliseconds since 1970 by the clock of Redis. */
  readonly lostAt: number;
}

/** Keys: index, those lately lost. Parameters: for how long they are named in ms. */
const lostScript: Script = {
  name: 'droverLostWorkers',
  keys: 2,
  lua: `
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local since = string.format('%.0f', now - ARGV[1])
    local silent = redis.call('ZRANGEBYSCORE', KEYS[1], since, string.format('(%.0f', now), 'WITHSCORES')
    return {silent, redis.call('ZRANGEBYSCORE', KEYS[2], since, '+inf', 'WITHSCORES')}
  `,
};

/** The workers that were lost in the last hour, the latest first. One command. */
export const listLostWorkers = async ({ redis, keys }: Store): Promise<LostWorker[]> => {
  const names = [keys.workers, keys.workersLostLately];
  const [silent, noted] = (await runScript(redis, lostScript, names, [lostForMs])) as string[][];
  const found = [...(silent ?? []), ...(noted ?? [])];
  const lost = Array.from({ length: found.length / 2 }, (_, n) => ({
    id: found[2 * n] as string,
    lostAt: Number(found[2 * n + 1]),
  }));
  return lost.sort((one, other) => other.lostAt - one.lostAt);
};
