import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { randomPrefix } from '../../../../tests/servers/configuration.ts';
import { startOwnRedis } from '../../../../tests/servers/own-redis.ts';
import { startValve } from '../../../../tests/servers/valve.ts';
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

test('a Redis that does not answer delays the first reader, and not the next ones', async () => {
  await using valve = await startValve(inject('redisUrl'));
  await using it = await startCaches({ redisUrl: valve.url });
  const cache = it.caches.of(things);
  const loader = counting();
  void valve.set({ upstream: 0 });
  expect(await cache.get('a', loader)).toBe(1);
  const commands = it.caches.stats()['things']?.redisErrors ?? 0;
  expect(await cache.get('a', loader)).toBe(2);
  expect(commands).toBeGreaterThan(0);
  valve.cut();
});

test('copies are checked after a connection was lost, for messages may have been', async () => {
  const prefix = randomPrefix();
  await using valve = await startValve(inject('redisUrl'));
  await using one = await startCaches({ prefix, redisUrl: valve.url });
  await using other = await startCaches({ prefix });
  const lasting = defineCache({ name: 'lasting', schema: z.number(), ttl: '1h', localTtl: '30s' });
  await one.caches.of(lasting).set('a', 1);
  expect((await one.caches.of(lasting).peek('a'))?.source).toBe('memory');
  // Nothing comes through any more, the message neither; then the connections are new ones.
  void valve.set({ downstream: 0 });
  await other.caches.of(lasting).delete('a');
  valve.cut();
  void valve.set({});
  await expect.poll(() => one.caches.of(lasting).peek('a'), { timeout: 10_000 }).toBeUndefined();
});
