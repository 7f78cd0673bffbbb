import { LRUCache } from 'lru-cache';
import { CodedError } from '../errors.ts';
import type { Keys } from '../keys.ts';
import type { Log } from '../log.ts';
import type { RedisClient } from '../redis/client.ts';
import type { Subscriptions } from '../redis/subscriptions.ts';
import { type Change, createBus } from './bus.ts';
import type { Cache, Caches } from './cache.ts';
import type { CacheContext, CacheParts, Found } from './context.ts';
import type { CacheDefinition } from './define-cache.ts';
import { createFlights } from './flights.ts';
import { createMemory } from './memory.ts';
import { createOwed } from './owed.ts';
import { type Place, placeOf, tagStamps } from './place.ts';
import { createReader } from './reader.ts';
import { createRemote } from './remote.ts';
import { type Counter, createCounter } from './stats.ts';
import { type BufferedWriter, createWriteBehind } from './write-behind.ts';
import { createWriter } from './writer.ts';

/** How long a loader that has failed is left alone while a stale value is served, in milliseconds. */
const coolingMs = 1_000;

/** A cache that is open in this process. */
interface Opened {
  readonly cache: Cache<unknown>;
  readonly counter: Counter;
}

/**
 * The caches of a process.
 * @param options.redis fails fast; opened by the first call where nobody else opens it.
 * @param options.maxBytes most memory for values, roughly.
 * @param options.chance from 0 to 1; default at random.
 */
export const createCaches = (options: {
  redis: RedisClient;
  subscriptions: Subscriptions;
  keys: Keys;
  maxBytes: number;
  log: Log;
  chance?: () => number;
}): Caches => {
  const { redis, subscriptions, keys, maxBytes, log, chance = Math.random } = options;
  const remote = createRemote({ redis, keys });
  const memory = createMemory(maxBytes);
  const lookups = createFlights<Found>();
  const loads = createFlights<Found>();
  const opened = new Map<string, Opened>();
  const writers = new Map<string, BufferedWriter<unknown>>();
  const failedLately = new LRUCache<string, true>({ max: 10_000, ttl: coolingMs });

  const detach = (entry?: string) => {
    lookups.detach(entry);
    loads.detach(entry);
  };
  const hear = ({ kind, target, clock }: Change) => {
    if (kind === 'wake') return;
    memory.invalidate(target, clock);
    // Which tags the values under way will have is not known yet.
    detach(kind === 'entry' ? target : undefined);
  };
  const bus = createBus({
    subscriptions,
    keys,
    log,
    onChange: hear,
    onGap: () => {
      memory.distrust();
      detach();
    },
  });

  const drop = async (place: Place) => {
    memory.drop(place.entry);
    detach(place.entry);
    const { clock } = await remote.drop(place);
    hear({ kind: 'entry', target: place.entry, clock });
  };
  const stamp = async (stamps: readonly string[]) => {
    const { clock } = await remote.stamp(stamps);
    for (const target of stamps) hear({ kind: 'stamp', target, clock });
  };
  const owed = createOwed({ drop, log });

  /** By entry, for loads that would read what is not written yet. */
  const unwritten = new Map<string, (key: string) => { value: unknown } | undefined>();

  const context: CacheContext = {
    keys,
    remote,
    memory,
    bus,
    log,
    lookups,
    loads,
    cooling: {
      has: (entry) => failedLately.has(entry),
      add: (entry) => void failedLately.set(entry, true),
    },
    unwritten: (entry) => {
      for (const find of unwritten.values()) {
        const found = find(entry);
        if (found) return found;
      }
      return undefined;
    },
    invalidateSurely: owed.invalidate,
    chance,
  };

  const open = <Value>(definition: CacheDefinition<Value>): Opened => {
    const known = opened.get(definition.name);
    if (known?.cache.definition === definition) return known;
    if (known) {
      const text = `There are two definitions of the cache "${definition.name}".`;
      throw new CodedError('cache-definition-invalid', text);
    }
    const counter = createCounter(definition.name);
    const parts: CacheParts<Value> = { ...context, definition, counter };
    const cache = { definition, ...createReader(parts), ...createWriter(parts) };
    const fresh = { cache: cache as unknown as Cache<unknown>, counter };
    opened.set(definition.name, fresh);
    return fresh;
  };
  const of = <Value>(definition: CacheDefinition<Value>) =>
    open(definition).cache as unknown as Cache<Value>;

  return {
    name: 'caches',
    of,
    writeBehind: (definition, behind) => {
      const { name, version } = definition;
      if (writers.has(name)) {
        const text = `The cache "${name}" has a write-behind already.`;
        throw new CodedError('cache-definition-invalid', text);
      }
      const cache = of(definition);
      const writer = createWriteBehind({
        ...behind,
        name,
        log,
        put: async (key, value) => {
          await cache.set(key, value).catch(async (err: Error) => {
            log.debug({ cache: name, reason: err.message }, 'a write went past the cache');
            await owed.invalidate(placeOf(keys, name, version, key));
          });
        },
      });
      writers.set(name, writer as unknown as BufferedWriter<unknown>);
      const prefix = keys.cacheEntry(name, version, '');
      unwritten.set(name, (entry) =>
        entry.startsWith(prefix) ? writer.unwritten(entry.slice(prefix.length)) : undefined,
      );
      return writer;
    },
    invalidateTags: async (tags) => {
      const stamps = tagStamps(keys, tags);
      if (stamps.length > 0) await stamp(stamps);
    },
    purge: async (name, key) => {
      if (key === undefined) return stamp([keys.cacheStamp(name)]);
      const versions = new Set(
        (await remote.names()).filter((known) => known.name === name).map(({ version }) => version),
      );
      const here = opened.get(name)?.cache.definition.version;
      if (here !== undefined) versions.add(here);
      for (const version of versions) await drop(placeOf(keys, name, version, key));
    },
    names: async () => [...new Set((await remote.names()).map(({ name }) => name))].sort(),
    get memoryBytes() {
      return memory.bytes;
    },
    stats: () =>
      Object.fromEntries([...opened].map(([name, { counter }]) => [name, { ...counter.counts }])),
    start: bus.start,
    stop: async (deadline) => {
      const flushed = await Promise.allSettled([...writers.values()].map((w) => w.stop(deadline)));
      await owed.stop();
      bus.stop();
      memory.clear();
      const failed = flushed.find((outcome) => outcome.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
};
