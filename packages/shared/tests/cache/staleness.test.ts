import { expect, test } from 'vitest';
import { z } from 'zod';
import { type CacheOptions, defineCache } from '../../src/cache/define-cache.ts';
import { counting, startCaches } from './running-caches.ts';

/** A cache whose entries can be aged: without copies in memory, Redis alone knows how old they are. */
const startAging = async (options: Partial<CacheOptions<number>>) => {
  const it = await startCaches();
  const cache = it.caches.of(
    defineCache({ name: 'aging', ttl: '1m', localTtl: 0, ...options, schema: z.number() }),
  );
  return {
    cache,
    stats: () => it.caches.stats()['aging'],
    /** Leaves so many milliseconds of its life to the entry. */
    leave: (ms: number) => it.redis.pexpire(it.keys.cacheEntry('aging', 1, 'a'), ms),
    [Symbol.asyncDispose]: () => it[Symbol.asyncDispose](),
  };
};

test('a stale value is served while one loader renews it', async () => {
  await using it = await startAging({ staleFor: '1h' });
  const loader = counting();
  await it.cache.get('a', loader);
  await it.leave(3_500_000);
  expect(await it.cache.getEntry('a', loader)).toMatchObject({ value: 1, stale: true });
  await expect.poll(async () => (await it.cache.peek('a'))?.value).toBe(2);
  expect(it.stats()).toMatchObject({ stale: 1, loads: 2 });
});

test('a stale value is served when its loader fails, and the loader is left alone for a while', async () => {
  await using it = await startAging({ staleIfError: '1h' });
  await it.cache.get('a', counting());
  await it.leave(3_500_000);
  let runs = 0;
  const failing = async () => {
    runs += 1;
    throw new Error('no database');
  };
  expect(await it.cache.getEntry('a', failing)).toMatchObject({ value: 1, stale: true });
  expect(await it.cache.getEntry('a', failing)).toMatchObject({ value: 1, stale: true });
  expect(runs).toBe(1);
});

test('beyond the time for stale values, a failure is a failure', async () => {
  await using it = await startAging({});
  await it.cache.get('a', counting());
  await it.leave(1);
  const failing = () => Promise.reject(new Error('no database'));
  await expect.poll(() => it.cache.peek('a')).toBeUndefined();
  await expect(it.cache.get('a', failing)).rejects.toThrow('no database');
});

test('what was invalidated is not served stale', async () => {
  await using it = await startAging({ staleFor: '1h' });
  await it.cache.get('a', counting());
  await it.cache.delete('a');
  const failing = () => Promise.reject(new Error('no database'));
  await expect(it.cache.get('a', failing)).rejects.toThrow('no database');
});

test('a value is renewed before its ttl is over', async () => {
  await using it = await startAging({ refreshAhead: 0.5 });
  const loader = counting();
  await it.cache.get('a', loader);
  expect(await it.cache.getEntry('a', loader)).toMatchObject({ value: 1, source: 'redis' });
  await it.leave(20_000);
  expect(await it.cache.getEntry('a', loader)).toMatchObject({ value: 1, stale: false });
  await expect.poll(async () => (await it.cache.peek('a'))?.value).toBe(2);
});

test('lives are shortened at random, by the jitter at most', async () => {
  const chances = [0, 0.5, 1];
  await using it = await startCaches({ chance: () => chances.shift() ?? 0 });
  const cache = it.caches.of(
    defineCache({ name: 'jittered', schema: z.number(), ttl: '100s', jitter: 0.2 }),
  );
  const fresh = [];
  for (const key of ['a', 'b', 'c']) {
    await cache.set(key, 1);
    const { freshMs = 0 } = (await cache.peek(key)) ?? {};
    fresh.push(Math.ceil(freshMs / 10_000));
  }
  expect(fresh).toEqual([10, 9, 8]);
});

test('a refresh makes the value anew, however fresh it is', async () => {
  await using it = await startAging({});
  const loader = counting();
  await it.cache.get('a', loader);
  expect((await it.cache.refresh('a', loader)).value).toBe(2);
  expect(await it.cache.get('a', loader)).toBe(2);
});
