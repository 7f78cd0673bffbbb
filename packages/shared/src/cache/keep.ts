import type { CacheParts } from './context.ts';
import type { Kept } from './memory.ts';
import { pack } from './packing.ts';
import { type Place, stampsOf } from './place.ts';
import { isAway, type Stored, type Storing } from './remote.ts';
import { keptOf, lifeOf, newId } from './values.ts';

/** What became of a value that was to be kept: the value for its readers, and whether Redis has it. */
export interface KeepOutcome {
  readonly kept: Kept;
  readonly outcome: Stored['outcome'] | 'refused' | 'away';
}

/**
 * Stores a value in Redis and in memory, where it may be stored.
 * @param options.asOf the clock that a value counts from which Redis does not get.
 */
export const keepValue = async <Value>(
  parts: CacheParts<Value>,
  place: Place,
  made: { value: Value; bytes: Uint8Array; tags?: readonly string[] | undefined },
  options: Pick<Storing, 'right' | 'tells'> & { asOf: number; local?: boolean },
): Promise<KeepOutcome> => {
  const { definition, keys, remote, memory, counter, log, bus } = parts;
  const { value, bytes } = made;
  const stamps = stampsOf(keys, definition, place.key, value, made.tags);
  const life = lifeOf(definition, value, parts.chance());
  const about = { id: newId(), leftMs: life.lifeMs, ...life, stamps };
  const kept = keptOf(definition, bytes, about, options.asOf);

  if (bytes.byteLength > definition.maxBytes) {
    counter.add('refused');
    log.warn({ cache: place.cache, key: place.key, bytes: bytes.byteLength }, 'too large to cache');
    return { kept, outcome: 'refused' };
  }

  const remember = (value: Kept) => {
    if (bus.listening && definition.localTtl > 0) memory.keep(place.entry, value);
  };
  if (options.local) {
    remember(kept);
    return { kept, outcome: 'away' };
  }
  try {
    const { right, tells } = options;
    const { outcome, clock } = await remote.store(place, {
      ...(right && { right }),
      ...about,
      tells,
      version: definition.version,
      packed: await pack(bytes, definition.compressOver),
      mostBytes: definition.redisBytes,
    });
    if (tells) memory.invalidate(place.entry, clock);
    if (outcome === 'stored') remember({ ...kept, asOf: clock });
    return { kept, outcome };
  } catch (err) {
    if (!isAway(err)) throw err;
    counter.add('redisErrors');
    if (!options.tells) remember(kept);
    return { kept, outcome: 'away' };
  }
};
