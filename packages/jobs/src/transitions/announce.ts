import type { JobAddress } from '@drover/shared/job-id';
import type { Keys } from '@drover/shared/keys';
import type { Redis } from 'ioredis';

/**
 * What followers of a job are told: that its status may have changed, that it has logged, or how far
 * it is (as JSON). A channel that nobody listens on costs about 150 bytes a message.
 */
export type Change = 'status' | 'log' | `progress ${string}`;

/**
 * Tells those who follow the job. A message that is lost is no harm: followers look again by
 * themselves, if later.
 */
export const announce = (
  { redis, keys }: { redis: Redis; keys: Keys },
  job: JobAddress,
  change: Change,
): void => {
  redis.publish(keys.changes(job), change).catch(() => undefined);
};
