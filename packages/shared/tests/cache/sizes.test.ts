import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCache, maxValueBytes } from '../../src/cache/define-cache.ts';
import { counting, startCaches } from './running-caches.ts';

const texts = defineCache({ name: 'texts', schema: z.string(), ttl: '1m' });

test('large values are compressed in Redis, and come back whole', async () => {
  await using it = await startCaches();
  const local = defineCache({ name: 'packed', schema: z.string(), ttl: '1m', localTtl: 0 });
  const cache = it.caches.of(local);
  const large = 'sales by region, '.repeat(20_000);
  await cache.set('large', large);
  await cache.set('small', 'x');
  const stored = it.keys.cacheEntry('packed', 1, 'large');
  expect(await it.redis.hget(stored, 'packing')).toBe('zstd');
  expect(await it.redis.hstrlen(stored, 'body')).toBeLessThan(large.length / 50);
  expect(await it.redis.hget(it.keys.cacheEntry('packed', 1, 'small'), 'packing')).toBe('raw');
  expect((await cache.peek('large'))?.value).toBe(large);
});

test('a value beyond the largest is handed to its reader and not kept', async () => {
  await using it = await startCaches();
  const cache = it.caches.of(texts);
  const huge = 'x'.repeat(maxValueBytes);
  expect(await cache.get('a', async () => huge)).toHaveLength(maxValueBytes);
  expect(await cache.peek('a')).toBeUndefined();
  await expect(cache.set('a', huge)).rejects.toMatchObject({ code: 'cache-value-too-large' });
  expect(it.caches.stats()['texts']?.refused).toBe(2);
  expect(await it.redis.exists(it.keys.cacheLock('texts', 1, 'a'))).toBe(0);
});

test('memory is bounded: the values that were used least go first', async () => {
  await using it = await startCaches({ maxBytes: 100_000 });
  const cache = it.caches.of(texts);
  const value = randomBytes(5_000).toString('hex');
  const source = async (key: string) => (await cache.getEntry(key, async () => value)).source;
  for (const key of ['a', 'b', 'a', 'c']) await source(key);
  expect(await source('a')).toBe('memory');
  expect(await source('b')).toBe('redis');
  expect(it.caches.memoryBytes).toBeLessThanOrEqual(100_000);
});

test('everything in Redis ends by itself, but for the clock', async () => {
  await using it = await startCaches();
  const tagged = defineCache({
    name: 'tagged',
    schema: z.number(),
    ttl: '1m',
    tags: (key) => [`row-${key}`],
  });
  await it.caches.of(tagged).get('a', counting());
  await it.caches.invalidateTags(['row-a', 'row-b']);
  await it.caches.of(tagged).get('a', counting());
  const prefix = it.keys.cacheClock.replace(/:clock$/, '');
  const all = await it.redis.keys(`${prefix}:*`);
  const lasting = [];
  for (const key of all) if ((await it.redis.pttl(key)) === -1) lasting.push(key);
  expect(all.length).toBeGreaterThan(3);
  expect(lasting).toEqual([it.keys.cacheClock]);
});
