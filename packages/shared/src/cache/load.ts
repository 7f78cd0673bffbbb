import { CodedError } from '../errors.ts';
import type { Loader } from './cache.ts';
import type { CacheParts, Found } from './context.ts';
import { keepValue } from './keep.ts';
import { holding } from './lease.ts';
import type { Place } from './place.ts';
import { isAway } from './remote.ts';
import { encode, newId } from './values.ts';
import { readRemote } from './read-remote.ts';

/** Who waits for a lock that expires tries again a little later, not all at one moment. Milliseconds. */
const spreadMs = 50;

/** @throws CodedError `cache-load-timeout`; whatever the loader throws. */
const runLoader = async <Value>(
  { definition, counter }: CacheParts<Value>,
  key: string,
  loader: Loader<Value>,
): Promise<Value> => {
  const startedAt = performance.now();
  const limit = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const { name, loadTimeout } = definition;
    const text = `A value of the cache "${name}" was not loaded within ${loadTimeout} ms.`;
    const err = new CodedError('cache-load-timeout', text);
    limit.abort(err);
    late.reject(err);
  }, definition.loadTimeout);
  counter.add('loads');
  try {
    return await Promise.race([loader(key, { signal: limit.signal }), late.promise]);
  } catch (err) {
    counter.add('loadErrors');
    throw err;
  } finally {
    clearTimeout(timer);
    counter.add('loadMs', performance.now() - startedAt);
  }
};

/** Makes the value and keeps it; without a right, in this process alone. */
const make = async <Value>(
  parts: CacheParts<Value>,
  place: Place,
  loader: Loader<Value>,
  right: { token: string; since: number } | undefined,
): Promise<Found> => {
  const { definition, remote, memory, log } = parts;
  const asOf = memory.clock;
  const letGo = async () => {
    if (!right) return;
    await remote.release(place, right.token).catch((err: Error) => {
      log.debug({ cache: place.cache, reason: err.message }, 'a cache lock was left to expire');
    });
  };
  try {
    return await holding(parts, place, right?.token, async () => {
      const unwritten = parts.unwritten(place.entry);
      const value = unwritten
        ? (unwritten.value as Value)
        : await runLoader(parts, place.key, loader);
      const made = { value, bytes: encode(definition, value) };
      const { kept, outcome } = await keepValue(parts, place, made, {
        ...(right && { right }),
        tells: false,
        asOf,
        local: !right,
      });
      if (outcome === 'refused') await letGo();
      return { kept, source: 'loader' };
    });
  } catch (err) {
    await letGo();
    throw err;
  }
};

/**
 * A value newer than the known one, made here or, while another process makes it, awaited. When that
 * process fails or dies, this one takes over. Without Redis it is made at once.
 */
export const loadValue = async <Value>(
  parts: CacheParts<Value>,
  place: Place,
  loader: Loader<Value>,
  knownId: string,
): Promise<Found> => {
  const { remote, bus, counter } = parts;
  const token = newId();
  for (;;) {
    using waiting = bus.wait(place.entry);
    try {
      const claim = await remote.acquire(place, token, knownId);
      if (claim.kind === 'make') return make(parts, place, loader, { token, since: claim.since });
      // Without messages, it is asked again and again.
      const waitMs = bus.listening ? claim.ms + spreadMs * parts.chance() : spreadMs;
      if (claim.kind === 'wait') await waiting.until(waitMs);
      const kept = await readRemote(parts, place);
      if (kept && kept.id !== knownId) return { kept, source: 'redis' };
    } catch (err) {
      if (!isAway(err)) throw err;
      counter.add('redisErrors');
      return make(parts, place, loader, undefined);
    }
  }
};
