import type { Component } from '../lifecycle/stack.ts';
import type { CacheDefinition } from './define-cache.ts';
import type { CacheStats } from './stats.ts';

/**
 * Makes the value of a key.
 * @param context.signal aborts when the load has taken longer than the cache's `loadTimeout`.
 */
export type Loader<Value> = (key: string, context: { signal: AbortSignal }) => Promise<Value>;

/** Where a value came from: this process, Redis, or the loader. */
export type CacheSource = 'memory' | 'redis' | 'loader';

/** A value with what is known of it. Values are shared by all readers, and frozen. */
export interface CacheEntry<Value> {
  readonly value: Value;
  readonly source: CacheSource;
  /** Milliseconds since it was stored. */
  readonly ageMs: number;
  /** Milliseconds for which it stays fresh; 0 when it is stale. */
  readonly freshMs: number;
  /** Whether it is past its ttl: it is reloaded meanwhile, or could not be. */
  readonly stale: boolean;
}

export interface ReadOptions {
  /** Ends the waiting of this reader alone, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface StoreOptions {
  /** Beside those of the definition. */
  readonly tags?: readonly string[];
}

/** A write to the store of truth. */
export type Store<Value> = (key: string, value: Value) => Promise<void>;

/**
 * The values of one definition: in this process, then in Redis, then by the loader. Keys are texts of 1
 * to 512 characters.
 *
 * Readers of a cache never fail because of Redis: while it is away they fall through to the loader.
 *
 * @throws CodedError `cache-key-invalid`, `cache-tag-invalid`; `cache-value-invalid` for a value that does
 *   not fit the definition.
 */
export interface Cache<Value> {
  readonly definition: CacheDefinition<Value>;

  /**
   * Read-through: the value, loaded where it is not there. At most one loader of a key runs over all
   * processes; its errors are not kept and go to all who wait for it, unless a stale value may be served.
   * @throws CodedError `cache-load-timeout`; whatever the loader throws.
   */
  get(key: string, load: Loader<Value>, options?: ReadOptions): Promise<Value>;
  /** As {@link Cache.get}, with what is known of the value. */
  getEntry(key: string, load: Loader<Value>, options?: ReadOptions): Promise<CacheEntry<Value>>;
  /**
   * Makes the value anew, however fresh it is, and tells all processes: for warming. Starts when a load that
   * is under way has ended, so the value is never older than this call; the old one is served meanwhile.
   */
  refresh(key: string, load: Loader<Value>, options?: ReadOptions): Promise<CacheEntry<Value>>;

  /** Cache-aside: what is there and fresh, without a loader. Undefined also while Redis is away. */
  peek(key: string): Promise<CacheEntry<Value> | undefined>;
  /**
   * Cache-aside: puts a value there for all processes, and outruns loads that are under way.
   * @throws CodedError `cache-value-too-large`; `cache-unavailable` while Redis is away.
   */
  set(key: string, value: Value, options?: StoreOptions): Promise<void>;
  /**
   * Takes a value away in all processes; what is being loaded is not kept.
   * @throws connection errors: then other processes may still have it.
   */
  delete(key: string): Promise<void>;

  /**
   * Write-through: writes to the store of truth, then to the cache. Of writes that overlap none is kept
   * in the cache, and none that takes longer than `loadTimeout`. When Redis is away after the write, the key is invalidated as soon as it is back.
   * @throws whatever `store` throws; then the key is invalidated.
   */
  writeThrough(
    key: string,
    value: Value,
    store: Store<Value>,
    options?: StoreOptions,
  ): Promise<void>;
  /** Write-around: writes to the store of truth and invalidates the key, as {@link Cache.writeThrough}. */
  writeAround(key: string, value: Value, store: Store<Value>): Promise<void>;
}

/** The caches of a process. They share its memory for values, and a connection for messages. */
export interface Caches extends Component {
  /** The cache of a definition; the same one every time. */
  of<Value>(definition: CacheDefinition<Value>): Cache<Value>;
  /**
   * Write-behind: values are in the cache at once and in the store of truth a little later, in batches.
   * The writer is flushed when the caches stop.
   */
  writeBehind<Value>(
    definition: CacheDefinition<Value>,
    options: WriteBehindOptions<Value>,
  ): WriteBehind<Value>;
  /**
   * Takes all values with one of these tags away, in all caches and processes.
   * @throws connection errors.
   */
  invalidateTags(tags: readonly string[]): Promise<void>;
  /** Takes all values of a cache away, or that of a key, in all versions and processes. */
  purge(name: string, key?: string): Promise<void>;
  /** Names of the caches that hold values in Redis, in any process's use; sorted. */
  names(): Promise<readonly string[]>;
  /** Memory that copies take in this process, in bytes, roughly. */
  readonly memoryBytes: number;
  /** What was counted since the start, by cache name. */
  stats(): Readonly<Record<string, CacheStats>>;
}

export interface WriteBehindOptions<Value> {
  /** Writes a batch; each key stands in it once, with its last value. Retried until it succeeds. */
  readonly flush: (batch: readonly (readonly [key: string, value: Value])[]) => Promise<void>;
  /** Keys in a batch; default 100. */
  readonly maxBatch?: number;
  /** Longest wait before a value is flushed, in milliseconds; default 1 000. */
  readonly everyMs?: number;
  /** Keys that may wait; when there are so many, writers wait for the next flush. Default 10 000. */
  readonly maxPending?: number;
}

export interface WriteBehind<Value> {
  /** Resolves when the value is in the cache and its write is on its way, not when it is written. */
  write(key: string, value: Value): Promise<void>;
  /** Resolves when all that was written until now is in the store of truth. */
  flush(): Promise<void>;
  /** Keys that wait to be flushed. */
  readonly pending: number;
}
