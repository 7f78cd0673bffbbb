import type { JobAddress } from '@drover/shared/job-id';
import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import { runScript, type Script } from '@drover/shared/redis/script';

/**
 * What followers of a job are told: that its status may have changed, that it has logged, or how far
 * it is (as JSON). A channel that nobody listens on costs about 150 bytes a message.
 */
export type Change = 'status' | 'log' | `progress ${string}`;

/** Parameters: channel and message, of each. */
const publishAll: Script = {
  name: 'droverPublish',
  keys: 0,
  lua: `for i = 1, #ARGV, 2 do redis.call('PUBLISH', ARGV[i], ARGV[i + 1]) end`,
};

/** Channels and messages that go out at the end of this turn of the event loop. */
const pending = new WeakMap<RedisClient, string[]>();

const send = (redis: RedisClient): void => {
  const messages = pending.get(redis) ?? [];
  pending.delete(redis);
  const [channel = '', message = ''] = messages;
  const sent =
    messages.length === 2
      ? redis.publish(channel, message)
      : runScript(redis, publishAll, [], messages);
  sent.catch(() => undefined);
};

/**
 * Tells those who follow the job. A message that is lost is no harm: followers look again by
 * themselves, if later. The messages of one turn of the event loop are one command: a busy worker has
 * a dozen, and the command is what costs.
 */
export const announce = (
  { redis, keys }: { redis: RedisClient; keys: Keys },
  job: JobAddress,
  change: Change,
): void => {
  const messages = pending.get(redis);
  if (messages) messages.push(keys.changes(job), change);
  else {
    pending.set(redis, [keys.changes(job), change]);
    process.nextTick(send, redis);
  }
};
