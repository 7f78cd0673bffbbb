import { CodedError } from '../errors.ts';
import type { Cache, StoreOptions } from './cache.ts';
import type { CacheParts } from './context.ts';
import { keepValue } from './keep.ts';
import { holding } from './lease.ts';
import { type Place, placeOf, stampsOf } from './place.ts';
import { isAway } from './remote.ts';
import { encode, newId } from './values.ts';

/** What a cache writes with. */
export const createWriter = <Value>(
  parts: CacheParts<Value>,
): Pick<Cache<Value>, 'set' | 'delete' | 'writeThrough' | 'writeAround'> => {
  const { definition, keys, remote, memory, lookups, loads, counter, invalidateSurely } = parts;
  const { name, version } = definition;

  const place = (key: string) => placeOf(keys, name, version, key);
  /** Who reads from now on does not join those who began before a write. */
  const detach = ({ entry }: Place) => {
    lookups.detach(entry);
    loads.detach(entry);
  };
  const forget = (where: Place) => {
    memory.drop(where.entry);
    detach(where);
  };
  /** What can be wrong with a value, before anything is written. */
  const prepare = (key: string, value: Value, { tags }: StoreOptions) => {
    const bytes = encode(definition, value);
    stampsOf(keys, definition, key, value, tags);
    return { value, bytes, tags };
  };

  /** The right to store what is written now; undefined while Redis is away. */
  const seize = async (where: Place) => {
    const token = newId();
    try {
      return { token, since: await remote.seize(where, token) };
    } catch (err) {
      if (!isAway(err)) throw err;
      counter.add('redisErrors');
      return undefined;
    }
  };

  return {
    set: async (key, value, options = {}) => {
      const where = place(key);
      const made = prepare(key, value, options);
      if (made.bytes.byteLength > definition.maxBytes) {
        counter.add('refused');
        const text = `A value of ${made.bytes.byteLength} bytes is too large for the cache "${name}".`;
        throw new CodedError('cache-value-too-large', text);
      }
      forget(where);
      const { outcome } = await keepValue(parts, where, made, { tells: true, asOf: memory.clock });
      detach(where);
      if (outcome !== 'away') return;
      throw new CodedError('cache-unavailable', 'Redis is away: the value was not put there.');
    },
    delete: async (key) => {
      const where = place(key);
      forget(where);
      const { clock } = await remote.drop(where);
      memory.invalidate(where.entry, clock);
      forget(where);
    },
    writeThrough: async (key, value, store, options = {}) => {
      const where = place(key);
      const made = prepare(key, value, options);
      const right = await seize(where);
      try {
        const isKept = await holding(
          parts,
          where,
          right?.token,
          definition.loadTimeout,
          async () => {
            await store(key, value);
            if (!right) return false;
            const rules = { right, tells: true, asOf: memory.clock };
            return (await keepValue(parts, where, made, rules)).outcome === 'stored';
          },
        );
        detach(where);
        if (!isKept) await invalidateSurely(where);
      } catch (err) {
        // Whether the write happened is not known.
        await invalidateSurely(where);
        throw err;
      }
    },
    writeAround: async (key, value, store) => {
      const where = place(key);
      try {
        await store(key, value);
      } finally {
        await invalidateSurely(where);
      }
    },
  };
};
