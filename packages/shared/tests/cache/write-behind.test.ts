import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCache } from '../../src/cache/define-cache.ts';
import { deadlineIn } from '../../src/lifecycle/deadline.ts';
import { startCaches } from './running-caches.ts';

const counters = defineCache({ name: 'counters', schema: z.number(), ttl: '1m' });

type Batch = readonly (readonly [string, number])[];

test('values are in the cache at once, and in the store in batches, each key once', async () => {
  await using it = await startCaches();
  const batches: Batch[] = [];
  const flush = async (batch: Batch) => void batches.push(batch);
  const writer = it.caches.writeBehind(counters, { flush, maxBatch: 2, everyMs: 60_000 });
  await writer.write('a', 1);
  await writer.write('a', 2);
  expect((await it.caches.of(counters).peek('a'))?.value).toBe(2);
  expect(batches).toEqual([]);
  await writer.write('b', 3);
  await writer.write('c', 4);
  await writer.flush();
  const written = [
    ['a', 2],
    ['b', 3],
    ['c', 4],
  ];
  expect(batches.flat()).toEqual(written);
  expect(Math.max(...batches.map(({ length }) => length))).toBe(2);
});

test('what waits is flushed when the caches stop', async () => {
  const it = await startCaches();
  const written: Batch[number][] = [];
  const flush = async (batch: Batch) => void written.push(...batch);
  const writer = it.caches.writeBehind(counters, { flush, everyMs: 60_000 });
  await writer.write('a', 1);
  await it[Symbol.asyncDispose]();
  expect(written).toEqual([['a', 1]]);
});

test('a batch that fails is tried again', async () => {
  await using it = await startCaches();
  const tries: Batch[] = [];
  const flush = async (batch: Batch) => {
    tries.push(batch);
    if (tries.length < 3) throw new Error('no database');
  };
  const writer = it.caches.writeBehind(counters, { flush });
  await writer.write('a', 1);
  await writer.flush();
  expect(tries).toEqual([[['a', 1]], [['a', 1]], [['a', 1]]]);
});

test('while the store is away, stopping ends by its deadline', async () => {
  const it = await startCaches();
  let isThere = false;
  const flush = async () => {
    if (!isThere) throw new Error('no database');
  };
  const writer = it.caches.writeBehind(counters, { flush, everyMs: 60_000 });
  await writer.write('a', 1);
  await writer.write('b', 2);
  await expect(it.caches.stop(deadlineIn(250))).rejects.toMatchObject({
    code: 'deadline-exceeded',
  });
  expect(writer.pending).toBe(2);
  isThere = true;
  await it[Symbol.asyncDispose]();
});

test('writers wait while too much is not written', async () => {
  await using it = await startCaches();
  const begun = Promise.withResolvers<void>();
  const open = Promise.withResolvers<void>();
  const flush = () => {
    begun.resolve();
    return open.promise;
  };
  const options = { flush, maxBatch: 1, maxPending: 2, everyMs: 60_000 };
  const writer = it.caches.writeBehind(counters, options);
  await writer.write('a', 1);
  await writer.write('b', 1);
  await begun.promise;
  let isTaken = false;
  const third = writer.write('c', 1).then(() => {
    isTaken = true;
  });
  await it.hearAll();
  expect(isTaken).toBe(false);
  expect(writer.pending).toBe(2);
  open.resolve();
  await third;
});

test('of writes of one key at once, the last one is in the cache', async () => {
  await using it = await startCaches();
  const texts = defineCache({ name: 'texts', schema: z.string(), ttl: '1m' });
  const writer = it.caches.writeBehind(texts, { flush: async () => {}, everyMs: 60_000 });
  const slowToPack = 'sales '.repeat(500_000);
  await Promise.all([writer.write('a', slowToPack), writer.write('a', 'last')]);
  expect((await it.caches.of(texts).peek('a'))?.value).toBe('last');
});

test('what is not written yet is read, not what the store still has', async () => {
  await using it = await startCaches();
  const writer = it.caches.writeBehind(counters, { flush: async () => {}, everyMs: 60_000 });
  await writer.write('a', 2);
  await it.caches.purge('counters');
  expect(await it.caches.of(counters).get('a', async () => 1)).toBe(2);
});
