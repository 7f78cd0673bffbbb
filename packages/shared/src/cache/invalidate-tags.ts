import type { Keys } from '../keys.ts';
import type { RedisClient } from '../redis/client.ts';
import { tagStamps } from './place.ts';
import { createRemote } from './remote.ts';

/**
 * Takes all values with one of these tags away, in all caches and processes; for a process that has no
 * caches of its own, as `Caches.invalidateTags`.
 * @throws connection errors; CodedError `cache-tag-invalid`.
 */
export const invalidateTags = async (
  { redis, keys }: { redis: RedisClient; keys: Keys },
  tags: readonly string[],
): Promise<void> => {
  if (tags.length > 0) await createRemote({ redis, keys }).stamp(tagStamps(keys, tags));
};
