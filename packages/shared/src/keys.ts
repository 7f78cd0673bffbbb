/** Highest partition number there can ever be; ids with a higher one are malformed. */
export const maxPartition = 1_023;

/**
 * All names in Redis come from here. A partition is a BullMQ key prefix with a hash tag, so that all
 * keys of all queues of a partition share one slot of a Redis Cluster.
 */
export interface Keys {
  /** Prefix that BullMQ puts before every key of a partition: `{drover-0}`. */
  partition(number: number): string;
}

export const createKeys = (prefix: string): Keys => ({
  partition: (number) => `{${prefix}-${number}}`,
});
