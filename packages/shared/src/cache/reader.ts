import type { Cache, CacheEntry, Loader, ReadOptions } from './cache.ts';
import type { CacheParts, Found } from './context.ts';
import { loadValue } from './load.ts';
import type { Kept } from './memory.ts';
import { type Place, placeOf } from './place.ts';
import { readRemote } from './read-remote.ts';
import { isAway } from './remote.ts';
import { freshnessOf, served } from './values.ts';

/** The outcome of work, for a reader who may give up on it; the work goes on for the others. */
const unlessAborted = async <T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (!signal) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(signal.reason);
  if (signal.aborted) giveUp();
  else signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([promise, work]);
  } finally {
    signal.removeEventListener('abort', giveUp);
    work.catch(() => undefined);
  }
};

/** What a cache reads with: memory, then Redis, then the loader. */
export const createReader = <Value>(
  parts: CacheParts<Value>,
): Pick<Cache<Value>, 'get' | 'getEntry' | 'refresh' | 'peek'> => {
  const { definition, keys, memory, counter, lookups, loads, cooling, log } = parts;

  const place = (key: string) => placeOf(keys, definition.name, definition.version, key);
  const freshness = (kept: Kept) => freshnessOf(definition, kept);

  /** What memory has and may be used; what has to be checked with Redis first is given as well. */
  const recall = (entry: string): { usable?: Kept; unchecked?: Kept } => {
    const kept = memory.get(entry);
    if (!kept) return {};
    return memory.isTrusted(kept, definition.localTtl) ? { usable: kept } : { unchecked: kept };
  };

  const load = (where: Place, loader: Loader<Value>, knownId: string) =>
    loads.join(where.entry, () => loadValue(parts, where, loader, knownId));

  /** Makes a value anew while the old one is served. */
  const renew = (where: Place, loader: Loader<Value>, kept: Kept) => {
    if (loads.has(where.entry) || cooling.has(where.entry)) return;
    load(where, loader, kept.id).catch((err: Error) => {
      cooling.add(where.entry);
      log.warn({ cache: where.cache, key: where.key, err }, 'a cached value was not renewed');
    });
  };

  /** The kept value, while it may be served without waiting. */
  const serve = (where: Place, loader: Loader<Value>, kept: Kept, source: Found['source']) => {
    const state = freshness(kept);
    if (state === 'renewable' || state === 'stale') renew(where, loader, kept);
    return state === 'fallback' || state === 'gone' ? undefined : { kept, source };
  };

  /** A new value, or the stale one when that cannot be had. */
  const loadOrFallBack = async (where: Place, loader: Loader<Value>, fallback?: Kept) => {
    const stale = (): Found | undefined =>
      fallback && freshness(fallback) !== 'gone' ? { kept: fallback, source: 'memory' } : undefined;
    if (cooling.has(where.entry)) {
      const found = stale();
      if (found) return found;
    }
    try {
      return await load(where, loader, fallback?.id ?? '');
    } catch (err) {
      const found = stale();
      if (!found) throw err;
      cooling.add(where.entry);
      const about = { cache: where.cache, key: where.key, err: err as Error };
      log.warn(about, 'a stale value is served: its loader has failed');
      return found;
    }
  };

  const lookUp = async (where: Place, loader: Loader<Value>, unchecked?: Kept): Promise<Found> => {
    let kept = unchecked;
    try {
      kept = await readRemote(parts, where, unchecked);
    } catch (err) {
      if (!isAway(err)) throw err;
      counter.add('redisErrors');
      return loadOrFallBack(where, loader, unchecked);
    }
    const found = kept && serve(where, loader, kept, 'redis');
    return found ?? loadOrFallBack(where, loader, kept);
  };

  const count = ({ kept, source }: Found) => {
    const state = freshness(kept);
    if (source === 'loader') counter.add('misses');
    else if (state !== 'fresh' && state !== 'renewable') counter.add('stale');
    else counter.add(source === 'memory' ? 'memoryHits' : 'redisHits');
  };

  /** Who joins work that another has begun has found what that one finds. */
  const answer = (found: Found): CacheEntry<Value> => {
    count(found);
    return served(definition, found.kept, found.source);
  };

  const getEntry = async (key: string, loader: Loader<Value>, { signal }: ReadOptions = {}) => {
    const where = place(key);
    const { usable, unchecked } = recall(where.entry);
    const atHand = usable && serve(where, loader, usable, 'memory');
    if (atHand) return answer(atHand);
    signal?.throwIfAborted();
    const found = lookups.join(where.entry, () => lookUp(where, loader, usable ?? unchecked));
    return answer(await unlessAborted(found, signal));
  };

  return {
    getEntry,
    get: async (key, loader, options) => (await getEntry(key, loader, options)).value,
    refresh: async (key, loader, { signal } = {}) => {
      const where = place(key);
      signal?.throwIfAborted();
      const { kept, source } = await unlessAborted(
        loadValue(parts, where, loader, undefined),
        signal,
      );
      return served(definition, kept, source);
    },
    peek: async (key) => {
      const where = place(key);
      const { usable, unchecked } = recall(where.entry);
      const isFresh = (kept: Kept | undefined): kept is Kept =>
        kept !== undefined && kept.freshUntil > performance.now();
      if (isFresh(usable)) return answer({ kept: usable, source: 'memory' });
      const kept = await readRemote(parts, where, unchecked).catch((err: unknown) => {
        if (!isAway(err)) throw err;
        counter.add('redisErrors');
        return undefined;
      });
      if (isFresh(kept)) return answer({ kept, source: 'redis' });
      counter.add('misses');
      return undefined;
    },
  };
};
