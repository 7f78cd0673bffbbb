import { CodedError } from '../errors.ts';
import type { Keys } from '../keys.ts';
import type { CacheDefinition } from './define-cache.ts';

const maxKeyLength = 512;
const maxTagLength = 200;
const maxTags = 32;

/** Where a value of a cache is in Redis. The key of its entry names it in memory as well. */
export interface Place {
  readonly cache: string;
  /** The key as users know it. */
  readonly key: string;
  readonly entry: string;
  readonly lock: string;
  /** Of all values of the cache: when each was used last, and how large it is. */
  readonly uses: string;
  readonly sizes: string;
}

/** Whether a text can be a key of a value. */
export const isKey = (key: string): boolean =>
  key.length > 0 && key.length <= maxKeyLength && key.isWellFormed();

/** @throws CodedError `cache-key-invalid`. */
export const placeOf = (keys: Keys, cache: string, version: number, key: string): Place => {
  if (!isKey(key)) {
    throw new CodedError(
      'cache-key-invalid',
      `A key of the cache "${cache}" is not a text of 1 to ${maxKeyLength} characters.`,
    );
  }
  return {
    cache,
    key,
    entry: keys.cacheEntry(cache, version, key),
    lock: keys.cacheLock(cache, version, key),
    uses: keys.cacheUses(cache),
    sizes: keys.cacheSizes(cache),
  };
};

/** Whether a text can be a tag. */
export const isTag = (tag: string): boolean =>
  tag.length > 0 && tag.length <= maxTagLength && tag.isWellFormed() && !/\p{Cc}/u.test(tag);

/** Keys of the stamps of tags. @throws CodedError `cache-tag-invalid`. */
export const tagStamps = (keys: Keys, tags: readonly string[]): readonly string[] => {
  if (tags.length <= maxTags && tags.every(isTag)) return tags.map(keys.cacheTag);
  throw new CodedError(
    'cache-tag-invalid',
    `Tags have 1 to ${maxTagLength} characters without control characters; ${maxTags} at most.`,
  );
};

/** All stamps that a value depends on: its cache's and those of its tags. */
export const stampsOf = <Value>(
  keys: Keys,
  definition: CacheDefinition<Value>,
  key: string,
  value: Value,
  more: readonly string[] = [],
): readonly string[] => [
  keys.cacheStamp(definition.name),
  ...tagStamps(keys, [...new Set([...definition.tags(key, value), ...more])]),
];
