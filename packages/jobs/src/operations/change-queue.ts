import type { QueuePatch } from '../contract/operations.ts';
import type { QueueName } from '../definition/queues.ts';
import { sharesOut } from './configured-limits.ts';
import { enforceLimits } from './enforce-limits.ts';
import { readLimits, writeOverrides } from './queue-overrides.ts';
import type { ConfiguredPlaces } from './queue-status.ts';

/** What of a patch cannot be divided among the partitions, and where it stands in the body. */
export const undividedIn = (
  { globalConcurrency, rateLimit }: QueuePatch,
  partitions: number,
): { path: readonly string[]; message: string }[] => {
  const message = `expected ${partitions} at least: each of the ${partitions} partitions needs a share`;
  const isUndivided = (total: unknown) =>
    typeof total === 'number' && !sharesOut(total, partitions);
  const max = typeof rateLimit === 'object' ? rateLimit?.max : undefined;
  return [
    ...(isUndivided(globalConcurrency) ? [{ path: ['globalConcurrency'], message }] : []),
    ...(isUndivided(max) ? [{ path: ['rateLimit', 'max'], message }] : []),
  ];
};

/**
 * Changes what is set of a queue at run time: kept first, then made to hold, then told to all workers.
 * Whatever a crash leaves out, the next look of any worker at the settings makes good.
 */
export const changeQueue = async (
  places: ConfiguredPlaces,
  queue: QueueName,
  patch: QueuePatch,
): Promise<void> => {
  const { redis, keys, configured } = places;
  await writeOverrides(places, queue, patch);
  const limitsOf = await readLimits(places, configured);
  await enforceLimits(places, queue, limitsOf(queue));
  await redis.publish(keys.queueSettingsChanges, queue);
};
