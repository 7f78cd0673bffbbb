import diagnosticsChannel from 'node:diagnostics_channel';

/** What a cache counts, in this process since its start. */
export interface CacheStats {
  /** Reads served fresh from this process's memory. */
  memoryHits: number;
  /** Reads served fresh from Redis. */
  redisHits: number;
  /** Reads that found nothing to serve and went to the loader, or came back empty. */
  misses: number;
  /** Reads served past the ttl. */
  stale: number;
  /** Loaders that were run, and how many of them failed. */
  loads: number;
  loadErrors: number;
  /** Time that loaders took, in milliseconds, summed up. */
  loadMs: number;
  /** Values that were too large to keep. */
  refused: number;
  /** Calls that went without Redis because it was away. */
  redisErrors: number;
}

export type CacheCount = keyof CacheStats;

/** A message of the diagnostics channel `drover:cache`. */
export interface CacheEvent {
  readonly cache: string;
  readonly count: CacheCount;
  /** What was added: 1, or milliseconds for `loadMs`. */
  readonly by: number;
}

/** Everything that is counted is told here as well: see {@link CacheEvent}. */
export const cacheEvents = diagnosticsChannel.channel('drover:cache');

export interface Counter {
  readonly counts: CacheStats;
  add(count: CacheCount, by?: number): void;
}

export const createCounter = (cache: string): Counter => {
  const counts: CacheStats = {
    memoryHits: 0,
    redisHits: 0,
    misses: 0,
    stale: 0,
    loads: 0,
    loadErrors: 0,
    loadMs: 0,
    refused: 0,
    redisErrors: 0,
  };
  return {
    counts,
    add: (count, by = 1) => {
      counts[count] += by;
      if (cacheEvents.hasSubscribers) {
        cacheEvents.publish({ cache, count, by } satisfies CacheEvent);
      }
    },
  };
};
