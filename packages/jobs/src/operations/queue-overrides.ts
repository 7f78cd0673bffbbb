import type { QueueRate } from '@drover/shared/config/queue-limits';
import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import { type QueuePatch, type QueueSettings, queueOverrides } from '../contract/operations.ts';
import type { QueueName } from '../definition/queues.ts';
import type { LimitsByQueue, QueueLimits } from './configured-limits.ts';

/** What operators have set of a queue at run time. */
export interface QueueOverrides {
  readonly concurrency?: number;
  readonly globalConcurrency?: number | 'unlimited';
  readonly rateLimit?: QueueRate | 'unlimited';
}

interface Store {
  readonly redis: RedisClient;
  readonly keys: Keys;
}

const settingNames = Object.keys(queueOverrides) as (keyof QueueOverrides)[];

const fieldOf = (queue: QueueName, setting: keyof QueueOverrides) => `${queue}:${setting}`;

/** What another version of Drover has written and this one cannot read counts as not set. */
const parseOverride = (setting: keyof QueueOverrides, json: string | undefined): unknown => {
  try {
    return json === undefined
      ? undefined
      : queueOverrides[setting].safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
};

/** Reads what is set of every queue, in one command. */
export const readOverrides = async ({
  redis,
  keys,
}: Store): Promise<(queue: QueueName) => QueueOverrides> => {
  const fields = await redis.hgetall(keys.queueSettings);
  return (queue) =>
    Object.fromEntries(
      settingNames
        .map((setting) => [setting, parseOverride(setting, fields[fieldOf(queue, setting)])])
        .filter(([, value]) => value !== undefined),
    );
};

/** Writes what a patch says; null forgets the setting. What it does not name stays. */
export const writeOverrides = async (
  { redis, keys }: Store,
  queue: QueueName,
  patch: QueuePatch,
): Promise<void> => {
  const transaction = redis.multi();
  for (const setting of settingNames) {
    const value = patch[setting];
    if (value === undefined) continue;
    const field = fieldOf(queue, setting);
    if (value === null) transaction.hdel(keys.queueSettings, field);
    else transaction.hset(keys.queueSettings, field, JSON.stringify(value));
  }
  await transaction.exec();
};

const limitOf = <T>(override: T | 'unlimited' | undefined, configured: T | null): T | null =>
  override === 'unlimited' ? null : (override ?? configured);

/** The limits that hold: what was set at run time, else what is configured. */
export const effectiveLimits = (
  configured: QueueLimits,
  overrides: QueueOverrides,
): QueueLimits => ({
  concurrency: overrides.concurrency ?? configured.concurrency,
  globalConcurrency: limitOf(overrides.globalConcurrency, configured.globalConcurrency),
  rateLimit: limitOf(overrides.rateLimit, configured.rateLimit),
});

/** How the settings of a queue are shown. */
export const toSettings = (configured: QueueLimits, overrides: QueueOverrides): QueueSettings => {
  const effective = effectiveLimits(configured, overrides);
  const setting = <K extends keyof QueueLimits>(name: K) => ({
    configured: configured[name],
    effective: effective[name],
    overridden: overrides[name] !== undefined,
  });
  return {
    concurrency: setting('concurrency'),
    globalConcurrency: setting('globalConcurrency'),
    rateLimit: setting('rateLimit'),
  };
};

/** The limits of every queue that hold now. */
export const readLimits = async (
  store: Store,
  configured: LimitsByQueue,
): Promise<(queue: QueueName) => QueueLimits> => {
  const overridesOf = await readOverrides(store);
  return (queue) => effectiveLimits(configured[queue], overridesOf(queue));
};
