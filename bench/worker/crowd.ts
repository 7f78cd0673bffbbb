import { Redis } from 'ioredis';
import { newJobId } from '../../packages/shared/src/job-id.ts';
import type { Resources } from '../run-bench.ts';
import type { Place } from './places.ts';

/**
 * Adds copies of a job, as if each had been added like it; those of a job with a priority line up
 * behind it. Keys: the job, wait, prioritized, its counter. Parameters: what the copies' keys begin
 * with, then their ids.
 */
const copyScript = `
  local priority = tonumber(redis.call('HGET', KEYS[1], 'priority') or '0')
  for n = 2, #ARGV do
    redis.call('COPY', KEYS[1], ARGV[1] .. ARGV[n])
    if priority > 0 then
      local place = priority * 0x100000000 + redis.call('INCR', KEYS[4])
      redis.call('ZADD', KEYS[3], string.format('%.0f', place), ARGV[n])
    else
      redis.call('LPUSH', KEYS[2], ARGV[n])
    end
  end
`;

/** Copies in one call: Redis answers nobody else meanwhile. */
const batchSize = 500;

/** Above every number that BullMQ gives a job by itself here. */
const firstNumber = 1_000_000;

/** Makes a million jobs of one: in a quarter of a minute, where adding them would take minutes. */
export interface Crowd {
  /** Keeps a waiting job in mind, as it is now. Must be called anew when Redis was emptied. */
  imitate(id: string): Promise<void>;
  /** Adds copies of that job. */
  grow(count: number): Promise<void>;
}

export const createCrowd = (resources: Resources, redisUrl: string, place: Place): Crowd => {
  const redis = new Redis(redisUrl);
  resources.defer(() => redis.disconnect());
  const key = (name: string) => `${place.prefix}:${place.queue}:${name}`;
  const model = key('a-waiting-job');
  let number = firstNumber;
  let isNumbered = false;

  /** BullMQ counts; Drover's ids are longer. */
  const newId = () => {
    number += 1;
    return isNumbered ? String(number) : newJobId(place.queue, 0);
  };
  const copy = (count: number) => {
    const keys = [model, key('wait'), key('prioritized'), key('pc')];
    const ids = Array.from({ length: count }, newId);
    return redis.eval(copyScript, keys.length, ...keys, key(''), ...ids);
  };

  return {
    imitate: async (id) => {
      isNumbered = /^\d+$/.test(id);
      await redis.copy(key(id), model, 'REPLACE');
    },
    grow: async (count) => {
      for (let left = count; left > 0; left -= batchSize) await copy(Math.min(batchSize, left));
    },
  };
};
