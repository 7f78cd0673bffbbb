import { CodedError } from '../errors.ts';
import type { Loader } from './cache.ts';
import type { CacheParts, Found } from './context.ts';
import { keepValue } from './keep.ts';
import { holding } from './lease.ts';
import type { Place } from './place.ts';
import { readRemote } from './read-remote.ts';
import { type Claim, isAway, leaseMs, type Storing } from './remote.ts';
import { encode, newId } from './values.ts';

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
  { right, tells }: Pick<Storing, 'right' | 'tells'>,
): Promise<Found> => {
  const { definition, remote, memory, log } = parts;
  const asOf = memory.clock;
  // Storing takes a while as well.
  const limitMs = definition.loadTimeout + leaseMs;
  const letGo = async () => {
    if (!right) return;
    await remote.release(place, right.token).catch((err: Error) => {
      log.debug({ cache: place.cache, reason: err.message }, 'a cache lock was left to expire');
    });
  };
  try {
    return await holding(parts, place, right?.token, limitMs, async () => {
      const unwritten = parts.unwritten(place.entry);
      const value = unwritten
        ? (unwritten.value as Value)
        : await runLoader(parts, place.key, loader);
      const made = { value, bytes: encode(definition, value) };
      const { kept, outcome } = await keepValue(parts, place, made, {
        ...(right && { right }),
        tells,
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

/** Asks for the right to make an entry, or for how long to wait until another has made it. */
const askForRight = async <Value>(
  { remote, bus, counter, chance }: CacheParts<Value>,
  place: Place,
  token: string,
  unwanted: string | undefined,
): Promise<Claim | { kind: 'away' }> => {
  try {
    const claim = await remote.acquire(place, token, unwanted);
    if (claim.kind !== 'wait') return claim;
    // Without messages, it is asked again and again.
    return { kind: 'wait', ms: bus.listening ? claim.ms + spreadMs * chance() : spreadMs };
  } catch (err) {
    if (!isAway(err)) throw err;
    counter.add('redisErrors');
    return { kind: 'away' };
  }
};

const readOrNothing = async <Value>(parts: CacheParts<Value>, place: Place) => {
  try {
    return await readRemote(parts, place);
  } catch (err) {
    if (!isAway(err)) throw err;
    return undefined;
  }
};

/**
 * A value newer than the known one, made here or, while another process makes it, awaited. When that
 * process fails or dies, this one takes over. Without Redis it is made at once.
 * @param knownId of the entry that will not do; `undefined` when none will that was begun before now.
 */
export const loadValue = async <Value>(
  parts: CacheParts<Value>,
  place: Place,
  loader: Loader<Value>,
  knownId: string | undefined,
): Promise<Found> => {
  const token = newId();
  const tells = knownId === undefined;
  /** What must not be served: at last, nothing that is there already. */
  let unwanted = knownId;
  for (;;) {
    using waiting = parts.bus.wait(place.entry);
    const claim = await askForRight(parts, place, token, unwanted);
    if (claim.kind === 'away') return make(parts, place, loader, { tells });
    if (claim.kind === 'make') {
      return make(parts, place, loader, { tells, right: { token, since: claim.since } });
    }
    if (claim.kind === 'wait') await waiting.until(claim.ms);
    if (knownId === undefined) continue;
    const kept = await readOrNothing(parts, place);
    if (kept && kept.id !== knownId) return { kept, source: 'redis' };
    // It is fresh and cannot be read.
    if (claim.kind === 'made') unwanted = undefined;
  }
};
