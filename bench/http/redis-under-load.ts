import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Resources } from '../run-bench.ts';

const pollMs = 20;

/** The Redis that both contenders use, as an onlooker sees it. */
export interface RedisUnderLoad {
  readonly pid: number;
  readonly version: string;
  /** A figure of INFO by its name; bytes or counts. */
  figure(name: string): Promise<number>;
  /** Throws all data away, on the disk too. What programs have loaded (scripts) stays. */
  empty(): Promise<void>;
}

const read = (info: string, name: string): string => {
  const value = new RegExp(`^${name}:(.*)\r$`, 'm').exec(info)?.[1];
  if (value === undefined) throw new Error(`Redis tells no ${name}`);
  return value;
};

/** Connects, and keeps Redis from rewriting its AOF by itself: that would meet one contender only. */
export const watchRedis = async (resources: Resources, url: string): Promise<RedisUnderLoad> => {
  const redis = new Redis(url);
  resources.defer(() => redis.disconnect());
  const figure = async (name: string) => Number(read(await redis.info(), name));
  await redis.config('SET', 'auto-aof-rewrite-percentage', '0');
  const server = await redis.info('server');

  return {
    pid: Number(read(server, 'process_id')),
    version: read(server, 'redis_version'),
    figure,
    empty: async () => {
      await redis.flushall('SYNC');
      await redis.bgrewriteaof();
      while (
        (await figure('aof_rewrite_in_progress')) + (await figure('aof_rewrite_scheduled')) >
        0
      ) {
        await sleep(pollMs);
      }
    },
  };
};
