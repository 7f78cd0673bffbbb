// A process that has a value in memory and says when it has it no longer.
import { createCaches } from '../../packages/shared/src/cache/create-caches.ts';
import { createKeys } from '../../packages/shared/src/keys.ts';
import { runProcess } from '../../packages/shared/src/lifecycle/run-process.ts';
import { createRedis, redisComponent } from '../../packages/shared/src/redis/connections.ts';
import { createSubscriptions } from '../../packages/shared/src/redis/subscriptions.ts';
import { channels, figures } from './figures.ts';

await runProcess('listener', async () => (config, log) => {
  const { url, keyPrefix } = config.redis;
  const keys = createKeys(keyPrefix);
  const redis = createRedis({ url, purpose: 'producer', name: 'listener', log });
  const subscriptions = createSubscriptions({ url, name: 'listener', log });
  const caches = createCaches({ redis, subscriptions, keys, maxBytes: 33_554_432, log });
  const cache = caches.of(figures);
  const tell = (what: string) => void redis.publish(channels.said, what);

  /** The memory is asked alone: it answers before any command could. */
  const hasCopy = () => caches.stats()['figures']?.memoryHits ?? 0;
  const check = async () => {
    const before = hasCopy();
    await cache.peek('watched');
    tell(hasCopy() > before ? 'kept' : 'dropped');
  };
  const follow = {
    name: 'follow',
    start: async () => {
      // After the caches' own listener on the same connection.
      await subscriptions.subscribe(keys.cacheChanges, (message) => {
        if (message.endsWith(':watched') && message.includes('\nentry\n')) void check();
      });
      await subscriptions.subscribe(channels.orders, () => {
        void cache.get('watched', async () => []).then(() => tell('filled'));
      });
      tell('ready');
    },
    stop: async () => undefined,
  };
  return [redisComponent(redis), subscriptions, caches, follow];
});
