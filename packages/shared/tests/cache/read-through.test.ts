import { expect, test } from 'vitest';
import { z } from 'zod';
import { bytesCodec } from '../../src/cache/codec.ts';
import { defineCache } from '../../src/cache/define-cache.ts';
import { counting, startCaches, startPair } from './running-caches.ts';

const numbers = defineCache({ name: 'numbers', schema: z.number(), ttl: '1m' });

test('a value is loaded once, and then found in memory, and by others in Redis', async () => {
  await using pair = await startPair();
  const loader = counting();
  const one = pair.one.caches.of(numbers);
  const other = pair.other.caches.of(numbers);
  const sources = [
    (await one.getEntry('a', loader)).source,
    (await one.getEntry('a', loader)).source,
    (await other.getEntry('a', loader)).source,
    (await other.getEntry('a', loader)).source,
  ];
  expect(sources).toEqual(['loader', 'memory', 'redis', 'memory']);
  expect(loader.runs).toBe(1);
  expect(pair.one.caches.stats()['numbers']).toMatchObject({ loads: 1, misses: 1, memoryHits: 1 });
});

test('without copies in memory, every read asks Redis', async () => {
  await using it = await startCaches();
  const cache = it.caches.of(
    defineCache({ name: 'remote', schema: z.number(), ttl: '1m', localTtl: 0 }),
  );
  const loader = counting();
  await cache.get('a', loader);
  expect((await cache.getEntry('a', loader)).source).toBe('redis');
});

test('what is absent is kept as well, undefined too, for the time given to it', async () => {
  await using it = await startCaches();
  const cache = it.caches.of(
    defineCache({
      name: 'maybe',
      schema: z.string().nullish(),
      ttl: '1h',
      negativeTtl: '5s',
      localTtl: 0,
    }),
  );
  for (const absent of [null, undefined]) {
    const key = String(absent);
    let runs = 0;
    const load = async () => {
      runs += 1;
      return absent;
    };
    expect(await cache.get(key, load)).toBe(absent);
    const entry = await cache.getEntry(key, load);
    expect(entry).toMatchObject({ value: absent, source: 'redis' });
    expect(entry.freshMs).toBeLessThanOrEqual(5_000);
    expect(runs).toBe(1);
  }
});

test('errors of a loader reach all who wait, and are not kept', async () => {
  await using it = await startCaches();
  const cache = it.caches.of(numbers);
  let runs = 0;
  const failing = async () => {
    runs += 1;
    throw new Error('no database');
  };
  const both = await Promise.allSettled([cache.get('a', failing), cache.get('a', failing)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(runs).toBe(1);
  expect(await cache.get('a', async () => 7)).toBe(7);
});

test('nobody can change what others read', async () => {
  await using it = await startCaches();
  const lists = it.caches.of(
    defineCache({ name: 'lists', schema: z.object({ items: z.array(z.number()) }), ttl: '1m' }),
  );
  const mine = { items: [1] };
  const read = await lists.get('a', async () => mine);
  mine.items.push(2);
  expect(() => read.items.push(3)).toThrow(TypeError);
  expect(await lists.get('a', async () => mine)).toEqual({ items: [1] });
});

test('bytes of every kind come back as they were, each time as a copy', async () => {
  await using pair = await startPair();
  const definition = defineCache({ name: 'pictures', codec: bytesCodec, ttl: '1m' });
  const bytes = Uint8Array.from({ length: 70_000 }, (_, n) => n % 256);
  const load = async () => bytes;
  const first = await pair.one.caches.of(definition).get('a', load);
  first.fill(0);
  expect(await pair.one.caches.of(definition).get('a', load)).toEqual(bytes);
  expect(await pair.other.caches.of(definition).get('a', load)).toEqual(bytes);
});

test('a value that does not fit the definition is refused', async () => {
  await using it = await startCaches();
  const wrong = async () => 'seven' as unknown as number;
  await expect(it.caches.of(numbers).get('a', wrong)).rejects.toMatchObject({
    code: 'cache-value-invalid',
  });
});

test('what was stored in another shape counts as missing', async () => {
  await using pair = await startPair();
  const texts = defineCache({ name: 'numbers', schema: z.string(), ttl: '1m' });
  await pair.one.caches.of(numbers).get('a', async () => 7);
  expect(await pair.other.caches.of(texts).get('a', async () => 'seven')).toBe('seven');
});

test('versions do not see each other', async () => {
  await using pair = await startPair();
  const next = defineCache({ name: 'numbers', version: 2, schema: z.number(), ttl: '1m' });
  await pair.one.caches.of(numbers).get('a', async () => 1);
  expect(await pair.other.caches.of(next).get('a', async () => 2)).toBe(2);
  await pair.one.caches.purge('numbers', 'a');
  expect(await pair.other.redis.exists(pair.other.keys.cacheEntry('numbers', 2, 'a'))).toBe(0);
});

test('a loader that takes too long is given up', async () => {
  await using it = await startCaches();
  const slow = it.caches.of(
    defineCache({ name: 'slow', schema: z.number(), ttl: '1m', loadTimeout: 20 }),
  );
  let told: AbortSignal | undefined;
  const load = (_key: string, { signal }: { signal: AbortSignal }) => {
    told = signal;
    return new Promise<number>(() => undefined);
  };
  await expect(slow.get('a', load)).rejects.toMatchObject({ code: 'cache-load-timeout' });
  expect(told?.aborted).toBe(true);
  expect(await slow.get('a', async () => 1)).toBe(1);
});

test('a reader who gives up leaves the load to the others', async () => {
  await using it = await startCaches();
  const cache = it.caches.of(numbers);
  const made = Promise.withResolvers<number>();
  const leaving = new AbortController();
  const impatient = cache.get('a', () => made.promise, { signal: leaving.signal });
  const patient = cache.get('a', () => made.promise);
  leaving.abort(new Error('gone'));
  await expect(impatient).rejects.toThrow('gone');
  made.resolve(5);
  expect(await patient).toBe(5);
});

test.each(['', 'x'.repeat(513), '\uD800'])('no key: %j', async (key) => {
  await using it = await startCaches();
  await expect(it.caches.of(numbers).get(key, async () => 1)).rejects.toMatchObject({
    code: 'cache-key-invalid',
  });
});
