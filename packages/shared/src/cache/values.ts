import { randomUUID } from 'node:crypto';
import { CodedError } from '../errors.ts';
import type { CacheEntry, CacheSource } from './cache.ts';
import type { CacheDefinition } from './define-cache.ts';
import { type Kept, overheadBytes } from './memory.ts';
import type { RemoteEntry } from './remote.ts';

/** How long an entry lives, and which part of it comes after its ttl, in milliseconds. */
export interface Life {
  readonly lifeMs: number;
  readonly tailMs: number;
}

/** The life of a new value; `chance` is from 0 to 1. */
export const lifeOf = <Value>(
  definition: CacheDefinition<Value>,
  value: Value,
  chance: number,
): Life => {
  const isNegative = value === null || value === undefined;
  const ttl = isNegative ? definition.negativeTtl : definition.ttl;
  const tailMs = definition.staleIfError;
  return {
    lifeMs: Math.max(1, Math.round(ttl * (1 - definition.jitter * chance))) + tailMs,
    tailMs,
  };
};

/** @throws CodedError `cache-value-invalid` when the value does not fit the definition. */
export const encode = <Value>(definition: CacheDefinition<Value>, value: Value): Uint8Array => {
  try {
    return definition.codec.encode(value);
  } catch (cause) {
    const message = `A value does not fit the cache "${definition.name}".`;
    throw new CodedError('cache-value-invalid', message, { cause });
  }
};

/** A value as memory keeps it, from its bytes: never the object that a loader may still change. */
export const keptOf = <Value>(
  definition: CacheDefinition<Value>,
  bytes: Uint8Array,
  { id, leftMs, lifeMs, tailMs, stamps }: Omit<RemoteEntry, 'packed'>,
  asOf: number,
): Kept => {
  const now = performance.now();
  return {
    id,
    value: definition.codec.decode(bytes),
    stamps,
    asOf,
    checkedAt: now,
    storedAt: now - (lifeMs - leftMs),
    freshUntil: now + leftMs - tailMs,
    goneAt: now + leftMs,
    size: overheadBytes + Math.ceil(bytes.byteLength * (definition.codec.weight ?? 4)),
  };
};

/** The same value, known to hold by now. */
export const recheck = (kept: Kept, leftMs: number, tailMs: number, asOf: number): Kept => {
  const now = performance.now();
  return { ...kept, asOf, checkedAt: now, freshUntil: now + leftMs - tailMs, goneAt: now + leftMs };
};

/** How a value may be served: `fallback` only when its loader has failed. */
export type Freshness = 'fresh' | 'renewable' | 'stale' | 'fallback' | 'gone';

export const freshnessOf = <Value>(
  definition: CacheDefinition<Value>,
  { storedAt, freshUntil, goneAt }: Kept,
): Freshness => {
  const now = performance.now();
  const { refreshAhead, staleFor } = definition;
  if (now >= goneAt) return 'gone';
  if (now >= freshUntil) return now < freshUntil + staleFor ? 'stale' : 'fallback';
  if (refreshAhead === undefined) return 'fresh';
  return now < storedAt + refreshAhead * (freshUntil - storedAt) ? 'fresh' : 'renewable';
};

/** A value as readers get it. */
export const served = <Value>(
  definition: CacheDefinition<Value>,
  kept: Kept,
  source: CacheSource,
): CacheEntry<Value> => {
  const now = performance.now();
  const value = kept.value as Value;
  return {
    value: definition.codec.copy ? definition.codec.copy(value) : value,
    source,
    ageMs: Math.max(0, Math.round(now - kept.storedAt)),
    freshMs: Math.max(0, Math.round(kept.freshUntil - now)),
    stale: now >= kept.freshUntil,
  };
};

export const newId = (): string => randomUUID();
