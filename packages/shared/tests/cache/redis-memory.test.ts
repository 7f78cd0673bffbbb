import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCache } from '../../src/cache/define-cache.ts';
import { type RunningCaches, startCaches } from './running-caches.ts';

const redisBytes = 100_000;
const pages = defineCache({
  name: 'pages',
  schema: z.string(),
  ttl: '1h',
  staleIfError: '24h',
  localTtl: 0,
  redisBytes,
});

const open = (it: RunningCaches) => {
  const cache = it.caches.of(pages);
  return {
    cache,
    load: (key: string) => cache.getEntry(key, async () => randomBytes(2_000).toString('hex')),
    kept: async () => (await it.redis.keys(it.keys.cacheEntry('pages', 1, '*'))).length,
    /** As the index has it: all of it, and the sum of its parts. */
    sizes: async () => {
      const { '': all, ...each } = await it.redis.hgetall(it.keys.cacheSizes('pages'));
      return {
        all: Number(all),
        sum: Object.values(each).reduce((n, size) => n + Number(size), 0),
      };
    },
  };
};

test('whoever asks for ever other keys does not fill Redis', async () => {
  await using it = await startCaches();
  const { load, kept, sizes } = open(it);
  for (let n = 0; n < 200; n += 1) await load(`page ${n}`);
  const { all, sum } = await sizes();
  expect(all).toBe(sum);
  expect(all).toBeLessThanOrEqual(redisBytes);
  expect(await kept()).toBeGreaterThan(9);
  expect(await kept()).toBeLessThan(25);
  expect(await it.redis.zcard(it.keys.cacheUses('pages'))).toBe(await kept());
  const entry = it.keys.cacheEntry('pages', 1, 'page 199');
  expect(await it.redis.memory('USAGE', entry)).toBeLessThan(all / (await kept()));
});

test('what is used stays, what is not used goes', async () => {
  await using it = await startCaches();
  const { load } = open(it);
  await load('dashboard');
  for (let n = 0; n < 60; n += 1) {
    await load(`page ${n}`);
    // Uses are told apart by the millisecond.
    await it.redis.eval(
      "local t = redis.call('TIME') repeat until redis.call('TIME')[2] ~= t[2]",
      0,
    );
    expect((await load('dashboard')).source).toBe('redis');
  }
});

test('what has ended, and what was taken away, does not count', async () => {
  await using it = await startCaches();
  const { cache, load, sizes } = open(it);
  await load('ended');
  await load('deleted');
  await cache.delete('deleted');
  await it.redis.del(it.keys.cacheEntry('pages', 1, 'ended'));
  await load('page');
  expect(Object.keys(await it.redis.hgetall(it.keys.cacheSizes('pages'))).sort()).toEqual([
    '',
    it.keys.cacheEntry('pages', 1, 'page'),
  ]);
  const { all, sum } = await sizes();
  expect(all).toBe(sum);
});
