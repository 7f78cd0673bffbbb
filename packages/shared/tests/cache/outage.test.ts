import { expect, test } from 'vitest';
import { z } from 'zod';
import { startOwnRedis } from '../../../../tests/servers/own-redis.ts';
import { defineCache } from '../../src/cache/define-cache.ts';
import { counting, startCaches } from './running-caches.ts';

const things = defineCache({ name: 'things', schema: z.number(), ttl: '1m', localTtl: 0 });

test('without Redis, reads fall through to one loader in each process', async () => {
  await using server = await startOwnRedis();
  await using it = await startCaches({ redisUrl: server.url });
  const cache = it.caches.of(things);
  await cache.set('old', 1);
  await server.stop();

  const loader = counting();
  const reads = Array.from({ length: 100 }, () => cache.get('new', loader));
  expect(await Promise.all(reads)).toEqual(reads.map(() => 1));
  expect(loader.runs).toBe(1);
  await expect(cache.set('a', 1)).rejects.toMatchObject({ code: 'cache-unavailable' });
  await expect(cache.delete('a')).rejects.toThrow();
  expect(it.caches.stats()['things']?.redisErrors).toBeGreaterThan(0);
});

test('the store is written while Redis is away, and the key is invalidated when it is back', async () => {
  await using server = await startOwnRedis();
  await using it = await startCaches({ redisUrl: server.url });
  const cache = it.caches.of(things);
  await cache.set('a', 1);
  await server.stop();
  let stored = 0;
  await cache.writeThrough('a', 2, async (_key, value) => {
    stored = value;
  });
  expect(stored).toBe(2);
  await server.startAgain();
  const old = it.keys.cacheEntry('things', 1, 'a');
  await expect.poll(() => it.redis.exists(old).catch(() => 'away'), { timeout: 10_000 }).toBe(0);
  expect(await cache.get('a', async () => stored)).toBe(2);
});

test('a Redis that has lost everything is no trouble', async () => {
  await using server = await startOwnRedis();
  await using it = await startCaches({ redisUrl: server.url });
  const cache = it.caches.of(
    defineCache({ name: 'kept', schema: z.number(), ttl: '1m', tags: () => ['all'] }),
  );
  const loader = counting();
  await it.caches.invalidateTags(['all']);
  await cache.get('a', loader);
  await it.redis.flushall();
  await it.caches.invalidateTags(['all']);
  expect(await cache.get('a', loader)).toBe(2);
  expect((await cache.getEntry('a', loader)).source).toBe('memory');
});

test('a Redis without memory keeps nobody from reading', async () => {
  await using server = await startOwnRedis();
  await using it = await startCaches({ redisUrl: server.url });
  await it.redis.config('SET', 'maxmemory', '1mb');
  const loader = counting();
  expect(await it.caches.of(things).get('a', loader)).toBe(1);
  expect(loader.runs).toBe(1);
});
