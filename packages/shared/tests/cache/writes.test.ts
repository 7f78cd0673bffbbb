import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCache } from '../../src/cache/define-cache.ts';
import { startPair } from './running-caches.ts';

const prices = defineCache({ name: 'prices', schema: z.number(), ttl: '1m' });
const unexpected = () => Promise.reject(new Error('nobody should load'));

/** Two processes before one store of truth. */
const startShop = async () => {
  const pair = await startPair();
  const truth = new Map<string, number>();
  return {
    pair,
    truth,
    a: pair.one.caches.of(prices),
    b: pair.other.caches.of(prices),
    store: async (key: string, value: number) => void truth.set(key, value),
    load: async (key: string) => truth.get(key) ?? 0,
  };
};

test('a value that is set is there for all processes', async () => {
  const it = await startShop();
  await using _ = it.pair;
  await it.b.get('a', async () => 1);
  await it.a.set('a', 2);
  await it.pair.other.hearAll();
  expect(await it.a.get('a', unexpected)).toBe(2);
  expect(await it.b.get('a', unexpected)).toBe(2);
});

test('a set outruns a load that began before it', async () => {
  const it = await startShop();
  await using _ = it.pair;
  const begun = Promise.withResolvers<void>();
  const old = Promise.withResolvers<number>();
  const loading = it.a.get('a', () => {
    begun.resolve();
    return old.promise;
  });
  await begun.promise;
  await it.b.set('a', 2);
  old.resolve(1);
  await loading;
  await it.pair.one.hearAll();
  expect(await it.a.get('a', unexpected)).toBe(2);
});

test('write-through puts the value into the store and the cache', async () => {
  const it = await startShop();
  await using _ = it.pair;
  await it.a.writeThrough('a', 3, it.store);
  expect(it.truth.get('a')).toBe(3);
  expect(await it.a.get('a', unexpected)).toBe(3);
  expect(await it.b.get('a', unexpected)).toBe(3);
});

test('a write that fails is not in the cache', async () => {
  const it = await startShop();
  await using _ = it.pair;
  await it.a.set('a', 1);
  const failing = () => Promise.reject(new Error('read-only'));
  await expect(it.a.writeThrough('a', 2, failing)).rejects.toThrow('read-only');
  expect(await it.a.get('a', async () => 9)).toBe(9);
});

test('of writes that overlap, none is kept that the store does not end with', async () => {
  const it = await startShop();
  await using _ = it.pair;
  const firstMayEnd = Promise.withResolvers<void>();
  const firstHasStored = Promise.withResolvers<void>();
  const first = it.a.writeThrough('a', 1, async (key, value) => {
    await it.store(key, value);
    firstHasStored.resolve();
    await firstMayEnd.promise;
  });
  await firstHasStored.promise;
  await it.b.writeThrough('a', 2, it.store);
  firstMayEnd.resolve();
  await first;
  await it.pair.other.hearAll();
  expect(await it.a.get('a', it.load)).toBe(2);
  expect(await it.b.get('a', it.load)).toBe(2);
});

test('write-around leaves the key to the next reader', async () => {
  const it = await startShop();
  await using _ = it.pair;
  await it.b.set('a', 1);
  await it.a.writeAround('a', 2, it.store);
  await it.pair.other.hearAll();
  expect(await it.b.peek('a')).toBeUndefined();
  expect(await it.b.get('a', it.load)).toBe(2);
});

test('a value that does not fit is not written at all', async () => {
  const it = await startShop();
  await using _ = it.pair;
  await expect(it.a.writeThrough('a', 'x' as never, it.store)).rejects.toMatchObject({
    code: 'cache-value-invalid',
  });
  expect(it.truth.size).toBe(0);
});
