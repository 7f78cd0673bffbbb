import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { group, streamsOf } from '../../packages/scheduler/src/history/streams.ts';
import { createKeys } from '../../packages/shared/src/keys.ts';
import { type DroverProcess, keyPrefix, startRole } from '../drover.ts';
import { type RedisUnderLoad, watchRedis } from '../http/redis-under-load.ts';
import { tenantEnv } from '../http/tenant.ts';
import type { Resources } from '../run-bench.ts';
import { type Servers, startServers } from '../servers.ts';

const pollMs = 50;

/** A Drover on servers of its own, with or without a history. */
export interface System {
  readonly servers: Servers;
  readonly redis: RedisUnderLoad;
  readonly scheduler: DroverProcess;
  readonly env: Readonly<Record<string, string>>;
  /** Waits until everything is recorded. Without a history, nothing is. */
  recorded(): Promise<void>;
  /** Stops the recorder where it is, and lets it go on. */
  hold(): void;
  release(): void;
}

const fieldsOf = (flat: readonly unknown[]) =>
  Object.fromEntries(
    Array.from({ length: flat.length / 2 }, (_, n) => [String(flat[2 * n]), flat[2 * n + 1]]),
  );

/** Entries of the streams that the recorder has not dealt with. */
const unrecorded = async (redis: Redis): Promise<number> => {
  let count = 0;
  for (const { key } of streamsOf(createKeys(keyPrefix), 0)) {
    const groups = (await redis.xinfo('GROUPS', key).catch(() => [])) as unknown[][];
    const ours = groups.map(fieldsOf).find(({ name }) => name === group);
    count += ours ? Number(ours['lag'] ?? 0) + Number(ours['pending'] ?? 0) : 0;
  }
  return count;
};

/** Starts the servers and the scheduler; what is to be measured comes beside them. */
export const startSystem = async (
  resources: Resources,
  { history }: { history: boolean },
): Promise<System> => {
  const servers = await startServers(resources);
  const redis = await watchRedis(resources, servers.redisUrl);
  const env = { ...tenantEnv, HISTORY_DAYS: history ? '30' : '0' };
  const scheduler = await startRole('scheduler', resources, servers, { env });
  const onlooker = new Redis(servers.redisUrl);
  resources.defer(() => onlooker.disconnect());
  // One that is held could not be stopped.
  resources.defer(() => void process.kill(scheduler.pid, 'SIGCONT'));
  return {
    servers,
    redis,
    scheduler,
    env,
    recorded: async () => {
      while (history && (await unrecorded(onlooker)) > 0) await sleep(pollMs);
    },
    hold: () => void process.kill(scheduler.pid, 'SIGSTOP'),
    release: () => void process.kill(scheduler.pid, 'SIGCONT'),
  };
};
