import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCache } from '../../src/cache/define-cache.ts';
import { counting, startCaches, startPair } from './running-caches.ts';

const rows = defineCache({
  name: 'rows',
  schema: z.number(),
  ttl: '1m',
  tags: (key) => ['all-rows', `row-${key}`],
});

/** Two processes that both have a value in memory. */
const startWarm = async () => {
  const pair = await startPair();
  const loader = counting();
  const one = pair.one.caches.of(rows);
  const other = pair.other.caches.of(rows);
  await one.get('a', loader);
  await other.get('a', loader);
  return { ...pair, a: one, b: other, loader, ...{ pair } };
};

test('a deleted value is gone in all processes', async () => {
  const it = await startWarm();
  await using _ = it.pair;
  await it.a.delete('a');
  expect(await it.a.peek('a')).toBeUndefined();
  await it.other.hearAll();
  expect(await it.b.get('a', it.loader)).toBe(2);
});

test.each(['row-a', 'all-rows'])('so are the values with the tag %s', async (tag) => {
  const it = await startWarm();
  await using _ = it.pair;
  await it.a.get('b', async () => 10);
  await it.one.caches.invalidateTags([tag]);
  await it.other.hearAll();
  expect(await it.a.peek('a')).toBeUndefined();
  expect(await it.b.peek('a')).toBeUndefined();
  expect((await it.b.peek('b'))?.value).toBe(tag === 'row-a' ? 10 : undefined);
});

test('a purge takes a key or a whole cache away, also one that this process does not know', async () => {
  const it = await startWarm();
  await using _ = it.pair;
  await using operator = await startCaches({ prefix: it.one.keys.cacheClock.slice(1, -13) });
  expect(await operator.caches.names()).toEqual(['rows']);
  await it.a.get('b', async () => 10);
  await operator.caches.purge('rows', 'a');
  await Promise.all([it.one.hearAll(), it.other.hearAll()]);
  expect(await it.a.peek('a')).toBeUndefined();
  expect((await it.a.peek('b'))?.value).toBe(10);
  await operator.caches.purge('rows');
  await it.one.hearAll();
  expect(await it.a.peek('b')).toBeUndefined();
});

test.each([
  ['delete', 'a deletion'],
  ['tags', 'an invalidation of its tag'],
])('what is being loaded during %s is not kept', async (how) => {
  await using pair = await startPair();
  const a = pair.one.caches.of(rows);
  const begun = Promise.withResolvers<void>();
  const old = Promise.withResolvers<number>();
  const before = a.get('a', () => {
    begun.resolve();
    return old.promise;
  });
  await begun.promise;
  if (how === 'delete') await pair.other.caches.of(rows).delete('a');
  else await pair.other.caches.invalidateTags(['row-a']);
  await pair.one.hearAll();
  const after = a.get('a', async () => 2);
  old.resolve(1);
  expect(await before).toBe(1);
  expect(await after).toBe(2);
  expect((await a.peek('a'))?.value).toBe(2);
});

test('an invalidation that was not heard of is found out by the version check', async () => {
  await using pair = await startPair();
  const brief = defineCache({ name: 'brief', schema: z.number(), ttl: '1m', localTtl: '200ms' });
  const one = pair.one.caches.of(brief);
  await one.set('a', 1);
  // Behind the back of the caches: nobody is told.
  await pair.one.redis.del(pair.one.keys.cacheEntry('brief', 1, 'a'));
  await expect.poll(() => one.peek('a')).toBeUndefined();
});

test('a version check fetches no value that is there already', async () => {
  await using it = await startCaches();
  const cache = it.caches.of(
    defineCache({ name: 'checked', schema: z.number(), ttl: '1m', localTtl: 1 }),
  );
  await cache.set('a', 1);
  await it.redis.hset(it.keys.cacheEntry('checked', 1, 'a'), 'body', '2');
  await expect.poll(async () => (await cache.peek('a'))?.source).toBe('redis');
  expect((await cache.peek('a'))?.value).toBe(1);
});

test.each([[['']], [['a\nb']], [['x'.repeat(201)]], [Array.from({ length: 33 }, String)]])(
  'no tags: %j',
  async (tags) => {
    await using it = await startCaches();
    await expect(it.caches.invalidateTags(tags)).rejects.toMatchObject({
      code: 'cache-tag-invalid',
    });
  },
);
