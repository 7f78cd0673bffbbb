import { inject } from 'vitest';
import { randomPrefix } from '../../../../tests/servers/configuration.ts';
import type { Caches } from '../../src/cache/cache.ts';
import { createCaches } from '../../src/cache/create-caches.ts';
import { createKeys, type Keys } from '../../src/keys.ts';
import { deadlineIn } from '../../src/lifecycle/deadline.ts';
import { silentLog } from '../../src/log.ts';
import { createRedis, redisComponent } from '../../src/redis/connections.ts';
import { createSubscriptions } from '../../src/redis/subscriptions.ts';

/** The caches of one process, with connections of their own. */
export interface RunningCaches extends AsyncDisposable {
  readonly caches: Caches;
  readonly keys: Keys;
  readonly redis: ReturnType<typeof createRedis>;
  /** Resolves when all that was told until now is heard. */
  hearAll(): Promise<void>;
}

export const startCaches = async (
  options: { prefix?: string; redisUrl?: string; maxBytes?: number; chance?: () => number } = {},
): Promise<RunningCaches> => {
  const { prefix = randomPrefix(), redisUrl: url = inject('redisUrl'), maxBytes = 1e7 } = options;
  const log = silentLog();
  const keys = createKeys(prefix);
  const redis = createRedis({ url, purpose: 'producer', name: 'caches', log });
  const subscriptions = createSubscriptions({ url, name: 'caches', log });
  const chance = options.chance ?? (() => 0);
  const caches = createCaches({ redis, subscriptions, keys, maxBytes, log, chance });
  await Promise.all([redisComponent(redis).start(), subscriptions.start()]);
  await caches.start();
  return {
    caches,
    keys,
    redis,
    hearAll: async () => {
      const heard = Promise.withResolvers<void>();
      const channel = randomPrefix();
      const leave = await subscriptions.subscribe(channel, () => heard.resolve());
      await redis.publish(channel, 'all');
      await heard.promise;
      leave();
    },
    [Symbol.asyncDispose]: async () => {
      await caches.stop(deadlineIn(5_000));
      await subscriptions.stop(deadlineIn(1_000));
      await redisComponent(redis).stop(deadlineIn(1_000));
    },
  };
};

/** Two processes that share their caches. */
export const startPair = async () => {
  const prefix = randomPrefix();
  const stack = new AsyncDisposableStack();
  const one = stack.use(await startCaches({ prefix }));
  const other = stack.use(await startCaches({ prefix }));
  return { one, other, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};

/** A loader that counts its runs, and gives their number. */
export const counting = () => {
  const loader = async () => {
    loader.runs += 1;
    return loader.runs;
  };
  loader.runs = 0;
  return loader;
};
