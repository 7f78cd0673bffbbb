import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tier } from '@drover/shared/config/api-keys';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { testConfig } from '../../../tests/servers/configuration.ts';
import type { Caller } from '../src/auth/key-ring.ts';
import { createThrottle, type Throttle } from '../src/throttling/throttle.ts';

/** `API_KEYS` with one key for each tier; key and tenant are called like the tier. */
export const tierKeys = (...tiers: readonly Tier[]): string =>
  JSON.stringify(
    tiers.map((tier) => ({
      hash: createHash('sha256').update(tier).digest('hex'),
      tenant: tier,
      roles: ['submit', 'read'],
      tier,
    })),
  );

export const callerIn = (tier: Tier, tenant = 'acme'): Caller => ({
  tenant,
  tier,
  roles: ['submit'],
});

/**
 * Resolves at a moment of `performance.now()` that the throttle told, and a little later: Redis counts
 * whole milliseconds of another clock, and a timer may fire a millisecond early.
 */
export const reached = async (moment: number): Promise<void> => {
  const later = moment + 5;
  while (performance.now() < later) await sleep(Math.ceil(later - performance.now()));
};

/** A throttle with those `RATE_LIMITS`, on the real Redis, with accounts of its own. */
export const startThrottle = async (limits: string) => {
  const config = testConfig({ RATE_LIMITS: limits });
  const log = silentLog();
  const redis = createRedis({ url: config.redis.url, purpose: 'worker', name: randomUUID(), log });
  const component = redisComponent(redis);
  await component.start();
  const keys = createKeys(config.redis.keyPrefix);
  const throttle: Throttle = createThrottle({ redis, keys }, config.rateLimits);
  return {
    throttle,
    redis,
    /** Of all accounts of this throttle: how long Redis keeps them, in milliseconds. */
    lifetimes: async () => {
      const names = await redis.keys(keys.throttle('*', '*'));
      return Promise.all(names.map((name) => redis.pttl(name)));
    },
    [Symbol.asyncDispose]: () => component.stop(deadlineIn(1_000)),
  };
};
