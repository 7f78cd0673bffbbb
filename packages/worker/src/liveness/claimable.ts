import type { Keys } from '@drover/shared/keys';
import { lastScoreOf } from '@drover/shared/queues/delayed-score';
import type { RedisClient } from '@drover/shared/redis/client';
import { runScript, type Script } from '@drover/shared/redis/script';

/**
 * How many jobs a worker that asked for one could get: none of a queue that is paused, at its global
 * limit or at its rate limit.
 * Keys: meta, limiter, wait, prioritized, delayed, active. Parameters: the highest score of a delayed
 * job that is due.
 */
const claimableScript: Script = {
  name: 'droverClaimable',
  keys: 6,
  lua: `
    local meta, limiter, wait, prioritized, delayed, active = unpack(KEYS)
    local call = redis.call
    local paused, concurrency, max = unpack(call('HMGET', meta, 'paused', 'concurrency', 'max'))
    if paused then return 0 end
    if concurrency and call('LLEN', active) >= tonumber(concurrency) then return 0 end
    if max and tonumber(call('GET', limiter) or 0) >= tonumber(max) then return 0 end
    return call('LLEN', wait) + call('ZCARD', prioritized) + call('ZCOUNT', delayed, '-inf', ARGV[1])
  `,
};

const keyNames = ['meta', 'limiter', 'wait', 'prioritized', 'delayed', 'active'];

/** The jobs of a queue in one partition that a worker could start now. One command. */
export const countClaimable = async (
  { redis, keys }: { redis: RedisClient; keys: Keys },
  queue: string,
  partition: number,
): Promise<number> => {
  const names = keyNames.map((name) => keys.inQueue(queue, partition, name));
  return (await runScript(redis, claimableScript, names, [lastScoreOf(Date.now())])) as number;
};
