import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Cache } from '../../src/cache/cache.ts';
import { defineCache } from '../../src/cache/define-cache.ts';
import { startPair } from './running-caches.ts';

const definition = defineCache({
  name: 'model',
  schema: z.number().nullable(),
  ttl: '1h',
  tags: (key, value) => [`key-${key}`, value === null ? 'absent' : `odd-${value % 2}`],
});

const key = fc.constantFrom('a', 'b', 'c');
const value = fc.option(fc.integer({ min: 0, max: 9 }));
const who = fc.integer({ min: 0, max: 1 });

type Step =
  | {
      kind: 'get' | 'set' | 'through' | 'around' | 'refresh';
      who: number;
      key: string;
      value: number | null;
    }
  | { kind: 'delete' | 'peek' | 'purgeKey'; who: number; key: string }
  | { kind: 'tag'; who: number; tag: string }
  | { kind: 'purge'; who: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('get' as const), who, key, value }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('set', 'through', 'around', 'refresh'),
      who,
      key,
      value,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('delete', 'peek', 'purgeKey'), who, key }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('tag' as const),
      who,
      tag: fc.constantFrom('key-a', 'odd-0', 'odd-1', 'absent', 'unused'),
    }),
  },
  fc.record({ kind: fc.constant('purge' as const), who }),
);

type Value = number | null;

/** What a cache is: a map, the tags of whose values are those that they have. */
const tagsOf = (at: string, it: Value) => definition.tags(at, it);

/** Does a step with a cache and with the model, and says what each gives. */
const both = async (
  model: Map<string, Value>,
  cache: Cache<Value>,
  caches: Awaited<ReturnType<typeof startPair>>['one']['caches'],
  it: Step,
): Promise<[unknown, unknown]> => {
  const store = async () => undefined;
  switch (it.kind) {
    case 'get': {
      const expected = model.has(it.key) ? model.get(it.key) : it.value;
      model.set(it.key, expected as Value);
      return [await cache.get(it.key, async () => it.value), expected];
    }
    case 'refresh':
      model.set(it.key, it.value);
      return [(await cache.refresh(it.key, async () => it.value)).value, it.value];
    case 'set':
      model.set(it.key, it.value);
      return [await cache.set(it.key, it.value), undefined];
    case 'through':
      model.set(it.key, it.value);
      return [await cache.writeThrough(it.key, it.value, store), undefined];
    case 'around':
      model.delete(it.key);
      return [await cache.writeAround(it.key, it.value, store), undefined];
    case 'delete':
      model.delete(it.key);
      return [await cache.delete(it.key), undefined];
    case 'purgeKey':
      model.delete(it.key);
      return [await caches.purge('model', it.key), undefined];
    case 'peek':
      return [(await cache.peek(it.key))?.value, model.get(it.key)];
    case 'tag':
      for (const [at, kept] of model) if (tagsOf(at, kept).includes(it.tag)) model.delete(at);
      return [await caches.invalidateTags([it.tag]), undefined];
    default:
      model.clear();
      return [await caches.purge('model'), undefined];
  }
};

test('the caches of two processes are one map, whatever is done in which', async () => {
  await using pair = await startPair();
  const processes = [pair.one, pair.other] as const;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      await pair.one.caches.purge('model');
      await pair.other.hearAll();
      const model = new Map<string, Value>();
      for (const it of steps) {
        const acting = processes[it.who] ?? pair.one;
        const [actual, expected] = await both(
          model,
          acting.caches.of(definition),
          acting.caches,
          it,
        );
        expect(actual).toEqual(expected);
        await Promise.all(processes.map(({ hearAll }) => hearAll()));
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);
