import type { ChainableCommander } from 'ioredis';
import { isCluster, type RedisClient } from './client.ts';

/**
 * Sends one command for each item, all at once: those of one partition as one pipeline, which in a cluster
 * must keep to one slot. Outside of a cluster it is one pipeline for all.
 * @param write writes the one command of an item, which touches keys of its partition only.
 * @returns the replies, in the order of the items.
 * @throws the error of the first command that failed.
 */
export const pipelined = async <T>(
  redis: RedisClient,
  items: readonly T[],
  partitionOf: (item: T) => number,
  write: (pipeline: ChainableCommander, item: T) => unknown,
): Promise<unknown[]> => {
  const groups = isCluster(redis)
    ? Map.groupBy(items.keys(), (n) => partitionOf(items[n] as T))
    : new Map([[0, [...items.keys()]]]);
  const replies: unknown[] = [];
  const send = async (places: readonly number[]) => {
    const pipeline = redis.pipeline();
    for (const n of places) write(pipeline, items[n] as T);
    for (const [at, [err, value]] of ((await pipeline.exec()) ?? []).entries()) {
      if (err) throw err;
      replies[places[at] as number] = value;
    }
  };
  await Promise.all([...groups.values()].map(send));
  return replies;
};
