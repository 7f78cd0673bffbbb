import process from 'node:process';
import { z } from 'zod';
import { createCaches } from '../../src/cache/create-caches.ts';
import { defineCache } from '../../src/cache/define-cache.ts';
import { createKeys } from '../../src/keys.ts';
import { runProcess } from '../../src/lifecycle/run-process.ts';
import { createRedis, redisComponent } from '../../src/redis/connections.ts';
import { createSubscriptions } from '../../src/redis/subscriptions.ts';

/** What a contender is told to do. */
export type Order =
  | { readonly kind: 'read'; readonly key: string; readonly times: number; readonly hangs: boolean }
  | { readonly kind: 'write'; readonly times: number };

/** What a contender says: it is ready, it loads, or it has done what it was told. */
export type Said =
  | { readonly kind: 'ready' | 'loading' | 'written' }
  | { readonly kind: 'read'; readonly values: readonly number[] };

const say = (said: Said) => process.send?.(said);

/** A process with caches; its loads and its flushed writes are counted in Redis. */
await runProcess('contender', async () => (config, log) => {
  const { url } = config.redis;
  const keys = createKeys(config.redis.keyPrefix);
  const redis = createRedis({ url, purpose: 'producer', name: 'contender', log });
  const subscriptions = createSubscriptions({ url, name: 'contender', log });
  const caches = createCaches({ redis, subscriptions, keys, maxBytes: 1e7, log });
  const cache = caches.of(defineCache({ name: 'contended', schema: z.number(), ttl: '1m' }));
  const writer = caches.writeBehind(
    defineCache({ name: 'behind', schema: z.number(), ttl: '1m' }),
    {
      everyMs: 60_000,
      maxBatch: 1_000,
      flush: async (batch) =>
        void (await redis.rpush(`${keys.cacheClock}:flushed`, ...batch.map(String))),
    },
  );

  const read = async ({ key, times, hangs }: Order & { kind: 'read' }) => {
    const load = async () => {
      const runs = await redis.incr(`${keys.cacheClock}:loads`);
      say({ kind: 'loading' });
      return hangs ? new Promise<number>(() => undefined) : runs;
    };
    const values = await Promise.all(Array.from({ length: times }, () => cache.get(key, load)));
    say({ kind: 'read', values });
  };
  const write = async ({ times }: Order & { kind: 'write' }) => {
    for (let n = 0; n < times; n += 1) await writer.write(`k${n}`, n);
    say({ kind: 'written' });
  };
  process.on('message', (order: Order) => {
    void (order.kind === 'read' ? read(order) : write(order));
  });

  return [
    redisComponent(redis),
    subscriptions,
    caches,
    { name: 'ready', start: async () => void say({ kind: 'ready' }), stop: async () => undefined },
  ];
});
