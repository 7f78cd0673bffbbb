import type { RedisClient } from './client.ts';
import { runScript, type Script } from './script.ts';

/** The key names the node: it is not read. */
const timeScript: Script = { name: 'droverTime', keys: 1, lua: `return redis.call('TIME')` };

/** Microseconds since 1970, by the clock of the node that holds that key. */
export const timeAt = async (redis: RedisClient, key: string): Promise<number> => {
  const [seconds, micros] = (await runScript(redis, timeScript, [key])) as [string, string];
  return Number(seconds) * 1_000_000 + Number(micros);
};
