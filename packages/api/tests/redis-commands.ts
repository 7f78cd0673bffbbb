import { randomUUID } from 'node:crypto';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import type { RunningApi } from './running-api.ts';

/** Names of commands, in lower case and in their order. */
export interface Commands {
  /** What came over a connection. */
  readonly sent: readonly string[];
  /** What scripts ran. */
  readonly inside: readonly string[];
}

/** What Redis is made to do with the keys of that API while the work is done. */
export const commandsOf = async (
  api: RunningApi,
  work: () => Promise<unknown>,
): Promise<Commands> => {
  const { url, keyPrefix } = api.config.redis;
  const redis = createRedis({ url, purpose: 'worker', name: 'test', log: silentLog() });
  const observer = await redis.monitor();
  const sent: string[] = [];
  const inside: string[] = [];
  const end = randomUUID();
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  observer.on('monitor', (_time, [command, ...rest]: string[], source: string) => {
    if (rest.includes(end)) resolve();
    // Other tests use the same server.
    if (!rest.some((part) => part.includes(`{${keyPrefix}-`))) return;
    (source === 'lua' ? inside : sent).push(String(command).toLowerCase());
  });
  await work();
  await Promise.all([redis.ping(end), ended]);
  observer.disconnect();
  await redisComponent(redis).stop(deadlineIn(1_000));
  return { sent, inside };
};
