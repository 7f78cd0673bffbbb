import type { Keys } from '../keys.ts';
import type { Log } from '../log.ts';
import type { Bus } from './bus.ts';
import type { CacheDefinition } from './define-cache.ts';
import type { Flights } from './flights.ts';
import type { Kept, Memory } from './memory.ts';
import type { Place } from './place.ts';
import type { Remote } from './remote.ts';
import type { Counter } from './stats.ts';

/** A value that was found or made, and where. */
export interface Found {
  readonly kept: Kept;
  readonly source: 'memory' | 'redis' | 'loader';
}

/** What all caches of a process share. */
export interface CacheContext {
  readonly keys: Keys;
  readonly remote: Remote;
  readonly memory: Memory;
  readonly bus: Bus;
  readonly log: Log;
  /** Reads of Redis and runs of loaders that are under way, by entry. */
  readonly lookups: Flights<Found>;
  readonly loads: Flights<Found>;
  /** Keys whose loader has failed a moment ago, where a stale value is at hand. */
  readonly cooling: { has(entry: string): boolean; add(entry: string): void };
  /** A value that is written behind and is not in the store of truth yet. */
  readonly unwritten: (entry: string) => { readonly value: unknown } | undefined;
  /** Invalidates an entry, now or as soon as Redis is back. */
  readonly invalidateSurely: (place: Place) => Promise<void>;
  /** From 0 to 1. */
  readonly chance: () => number;
}

/** What one cache works with. */
export interface CacheParts<Value> extends CacheContext {
  readonly definition: CacheDefinition<Value>;
  readonly counter: Counter;
}
