import { LRUCache } from 'lru-cache';

/** A value in this process. Times are on the monotonic clock, in milliseconds. */
export interface Kept {
  readonly id: string;
  readonly value: unknown;
  /** Keys of the stamps that it depends on. */
  readonly stamps: readonly string[];
  /** The clock of invalidations when it was last known to hold. */
  readonly asOf: number;
  readonly checkedAt: number;
  readonly storedAt: number;
  readonly freshUntil: number;
  readonly goneAt: number;
  /** Bytes of memory, roughly. */
  readonly size: number;
}

/** Invalidations that are remembered one by one; older ones make values be checked with Redis. */
const maxStamps = 20_000;

/** Memory of a value beside its own, roughly: the entry, its key and its stamps. */
export const overheadBytes = 600;

/** The values of this process, the least used of which go when it has too many bytes of them. */
export interface Memory {
  /** What is there and was not invalidated, as far as this process has heard. */
  get(entry: string): Kept | undefined;
  /** Whether the value was checked with Redis so lately that it may be used. */
  isTrusted(kept: Kept, localMs: number): boolean;
  keep(entry: string, kept: Kept): void;
  drop(entry: string): void;
  /** Hears that an entry, or what depends on a stamp, does not hold if it is older than that. */
  invalidate(target: string, clock: number): void;
  /** Messages may have been missed: everything has to be checked. */
  distrust(): void;
  clear(): void;
  /** The latest clock that was heard of. */
  readonly clock: number;
  readonly bytes: number;
}

export const createMemory = (maxBytes: number): Memory => {
  const values = new LRUCache<string, Kept>({
    maxSize: maxBytes,
    sizeCalculation: ({ size }) => size,
  });
  /** What is older than this, by clock or time, may have missed an invalidation. */
  let floor = 0;
  let distrustedAt = Number.NEGATIVE_INFINITY;
  let clock = 0;
  const stamps = new LRUCache<string, number>({
    max: maxStamps,
    dispose: (at, _target, reason) => {
      if (reason === 'evict') floor = Math.max(floor, at);
    },
  });

  const isOutdated = (entry: string, kept: Kept) =>
    (stamps.peek(entry) ?? 0) > kept.asOf ||
    kept.stamps.some((stamp) => (stamps.peek(stamp) ?? 0) > kept.asOf);

  return {
    get: (entry) => {
      const kept = values.get(entry);
      if (!kept) return undefined;
      if (kept.goneAt > performance.now() && !isOutdated(entry, kept)) return kept;
      values.delete(entry);
      return undefined;
    },
    isTrusted: (kept, localMs) =>
      kept.asOf >= floor &&
      kept.checkedAt > distrustedAt &&
      performance.now() - kept.checkedAt < localMs,
    keep: (entry, kept) => {
      clock = Math.max(clock, kept.asOf);
      if (!isOutdated(entry, kept)) values.set(entry, kept);
    },
    drop: (entry) => void values.delete(entry),
    invalidate: (target, at) => {
      clock = Math.max(clock, at);
      stamps.set(target, Math.max(at, stamps.peek(target) ?? 0));
    },
    distrust: () => {
      distrustedAt = performance.now();
    },
    clear: () => values.clear(),
    get clock() {
      return clock;
    },
    get bytes() {
      return values.calculatedSize;
    },
  };
};
