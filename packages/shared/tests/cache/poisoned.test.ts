import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCache } from '../../src/cache/define-cache.ts';
import type { Keys } from '../../src/keys.ts';
import type { RedisClient } from '../../src/redis/client.ts';
import { startCaches } from './running-caches.ts';

const definition = defineCache({
  name: 'texts',
  schema: z.strictObject({ text: z.string() }),
  ttl: '1m',
  localTtl: 0,
});

const entryOf = (keys: Keys) => keys.cacheEntry('texts', 1, 'a');
const lockOf = (keys: Keys) => keys.cacheLock('texts', 1, 'a');

/** Puts a text where something else belongs. */
const replace = async (redis: RedisClient, key: string) => void (await redis.set(key, 'poison'));

/** Does not count as what it was: the loader is asked. */
const lost: Record<string, (redis: RedisClient, keys: Keys) => Promise<unknown>> = {
  'a text for an entry': (redis, keys) => replace(redis, entryOf(keys)),
  'an entry without its tags': (redis, keys) => redis.hdel(entryOf(keys), 'tags'),
  'an entry of no time': (redis, keys) => redis.hset(entryOf(keys), 'since', 'poison'),
  'an entry without its life': (redis, keys) => redis.hdel(entryOf(keys), 'life'),
  'an entry whose stale time is no number': (redis, keys) =>
    redis.hset(entryOf(keys), 'tail', 'nan'),
  'an entry that never ends': (redis, keys) => redis.persist(entryOf(keys)),
  'a body that is not what it says': (redis, keys) => redis.hset(entryOf(keys), 'packing', 'zstd'),
  'a body of another shape': (redis, keys) => redis.hset(entryOf(keys), 'body', '{"text":5}'),
  'a body that nests too deep': (redis, keys) =>
    redis.hset(entryOf(keys), 'body', '['.repeat(100_000)),
  'a text for a stamp': (redis, keys) => replace(redis, keys.cacheStamp('texts')),
  'a list for a stamp': (redis, keys) =>
    redis.multi().del(keys.cacheStamp('texts')).lpush(keys.cacheStamp('texts'), 'poison').exec(),
  'a text for a lock': (redis, keys) =>
    redis.multi().del(entryOf(keys)).set(lockOf(keys), 'poison').exec(),
  'a lock that never ends': (redis, keys) =>
    redis.multi().del(entryOf(keys)).hset(lockOf(keys), 'token', 'poison').exec(),
};

/** Harms no value. */
const harmless: Record<string, (redis: RedisClient, keys: Keys) => Promise<unknown>> = {
  'a text for the clock': (redis, keys) => replace(redis, keys.cacheClock),
  'a text for the names': (redis, keys) => replace(redis, keys.cacheNames),
  'a text for the index': (redis, keys) => replace(redis, keys.cacheUses('texts')),
  'sizes that are none': (redis, keys) => redis.hset(keys.cacheSizes('texts'), '', 'poison'),
};

const tryAll = async (poison: (redis: RedisClient, keys: Keys) => Promise<unknown>) => {
  await using it = await startCaches();
  const cache = it.caches.of(definition);
  const text = async (value: string) => (await cache.get('a', async () => ({ text: value }))).text;
  await text('old');
  await poison(it.redis, it.keys);
  const read = [await text('new'), await text('newer')];
  await cache.set('a', { text: 'set' });
  const set = await text('newest');
  await it.caches.purge('texts');
  return [...read, set, await text('last')];
};

test.each(Object.entries(lost))('%s counts as missing, and is mended', async (_, poison) => {
  expect(await tryAll(poison)).toEqual(['new', 'new', 'set', 'last']);
});

test.each(Object.entries(harmless))('%s harms no value', async (_, poison) => {
  expect(await tryAll(poison)).toEqual(['old', 'old', 'set', 'last']);
});
