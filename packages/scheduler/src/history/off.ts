import { toError } from '@drover/shared/errors';
import type { Keys } from '@drover/shared/keys';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { RedisClient } from '@drover/shared/redis/client';
import { runScript, type Script } from '@drover/shared/redis/script';
import { group, streamsOf } from './streams.ts';

/**
 * Forgets the group of the recorders; BullMQ keeps as many entries as it does by default.
 * Keys: the stream and the meta data of a queue. Parameter: the group.
 */
const forgetGroup: Script = {
  name: 'droverForgetHistory',
  keys: 2,
  lua: `
    redis.call('HDEL', KEYS[2], 'opts.maxLenEvents')
    local removed = redis.pcall('XGROUP', 'DESTROY', KEYS[1], ARGV[1])
    return type(removed) == 'number' and removed or 0
  `,
};

/** Sees to it that Redis keeps nothing for a history that is not recorded. */
export const unrecorded = (options: {
  redis: RedisClient;
  keys: Keys;
  partitions: number;
  log: Log;
}): Component => {
  const { redis, keys, partitions, log } = options;

  const forgetAll = async () => {
    for (let partition = 0; partition < partitions; partition += 1) {
      for (const { key, queue } of streamsOf(keys, partition)) {
        const names = [key, keys.inQueue(queue, partition, 'meta')];
        await runScript(redis, forgetGroup, names, [group]);
      }
      await redis.del(keys.historyOwed(partition), keys.historySwept(partition));
    }
  };

  return {
    name: 'history off',
    start: () =>
      forgetAll().catch((thrown: unknown) =>
        log.warn({ reason: toError(thrown).message }, 'the recorders were not forgotten'),
      ),
    stop: async () => undefined,
  };
};
