import type { CacheParts } from './context.ts';
import type { Kept } from './memory.ts';
import { unpack } from './packing.ts';
import type { Place } from './place.ts';
import { keptOf, recheck } from './values.ts';

/**
 * What Redis has of an entry, stale or not, put into memory. An entry that cannot be read, as of another
 * shape under the same version, counts as missing.
 * @param known what this process has: then no more than its life is sent.
 * @throws connection errors.
 */
export const readRemote = async <Value>(
  parts: CacheParts<Value>,
  place: Place,
  known?: Kept,
): Promise<Kept | undefined> => {
  const { remote, memory, definition, bus, log } = parts;
  const { entry, cache, key } = place;
  const found = await remote.read(place, known?.id ?? '');
  if (!found.entry) {
    memory.drop(entry);
    return undefined;
  }
  const { packed, ...about } = found.entry;
  const open = async (): Promise<Kept | undefined> => {
    if (!packed) return known && recheck(known, about.leftMs, about.tailMs, found.clock);
    try {
      return keptOf(definition, await unpack(packed), about, found.clock);
    } catch (err) {
      log.warn({ cache, key, reason: (err as Error).message }, 'a cached value cannot be read');
      return undefined;
    }
  };
  const kept = await open();
  if (kept && bus.listening && definition.localTtl > 0) memory.keep(entry, kept);
  return kept;
};
