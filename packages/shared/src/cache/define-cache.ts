import { z } from 'zod';
import { duration } from '../duration.ts';
import { CodedError } from '../errors.ts';
import { type Codec, jsonCodec } from './codec.ts';

/** The largest value that is kept, in bytes before compression. */
export const maxValueBytes = 8 * 1_024 * 1_024;

/** The most memory of Redis that a cache may be given, in bytes. */
const maxRedisBytes = 4 * 1_024 * 1_024 * 1_024;

/** The longest life of a value, stale time included: 30 days. */
export const maxLifeMs = 30 * 86_400_000;

/** How long a process may use its own copy without asking Redis; longer ones outlive their repair. */
const maxLocalMs = 30_000;

const settings = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected lower-case letters, digits and "-"'),
    version: z.int().nonnegative().default(1),
    ttl: duration.refine((ms) => ms > 0, 'expected more than 0'),
    negativeTtl: duration.refine((ms) => ms > 0, 'expected more than 0').optional(),
    jitter: z.number().min(0).max(0.9).default(0.1),
    staleFor: duration.default(0),
    staleIfError: duration.optional(),
    refreshAhead: z.number().gt(0).lt(1).optional(),
    localTtl: duration.refine((ms) => ms <= maxLocalMs, 'expected 30 s at most').default(5_000),
    loadTimeout: duration
      .refine((ms) => ms > 0 && ms <= 600_000, 'expected 1 ms to 10 min')
      .default(30_000),
    maxBytes: z.int().min(1).max(maxValueBytes).default(maxValueBytes),
    redisBytes: z.int().min(1).max(maxRedisBytes).default(67_108_864),
    compressOver: z.int().min(0).default(4_096),
  })
  .refine(
    ({ ttl, staleFor, staleIfError = 0 }) => ttl + Math.max(staleFor, staleIfError) <= maxLifeMs,
    {
      path: ['ttl'],
      message: 'expected 30 days at most, with the time that values are served stale',
    },
  );

type Settings = z.input<typeof settings>;
type Resolved = z.output<typeof settings>;

/** What {@link defineCache} takes. Durations are as `"30s"`, or whole milliseconds. */
export interface CacheOptions<Value> {
  /** Unique among the caches of an installation: lower-case letters, digits and `-`. */
  readonly name: string;
  /** To be raised with every change of what is stored: versions do not see each other's values. Default 1. */
  readonly version?: Settings['version'];
  /** How long a value is fresh. */
  readonly ttl: Settings['ttl'];
  /** The same for `null` and `undefined`; default `ttl`. */
  readonly negativeTtl?: Settings['ttl'];
  /** Lives are shortened by a random share, up to this one, so that they do not end together; default 0.1. */
  readonly jitter?: number;
  /** How long after its ttl a value is served while one loader renews it; default 0. */
  readonly staleFor?: Settings['ttl'];
  /** How long after its ttl a value is served when its loader has failed; default and at least `staleFor`. */
  readonly staleIfError?: Settings['ttl'];
  /** Share of the ttl, between 0 and 1, after which a read renews the value in the background. Default: never. */
  readonly refreshAhead?: number;
  /**
   * How long a process uses its own copy before it asks Redis whether it still holds: bounds what a lost
   * message can do. 0 keeps no copies; 30 s at most; default 5 s.
   */
  readonly localTtl?: Settings['ttl'];
  /** Longest run of a loader, 10 minutes at most; default 30 s. */
  readonly loadTimeout?: Settings['ttl'];
  /** Largest value that is kept, in bytes before compression; default and at most 8 MiB. */
  readonly maxBytes?: number;
  /**
   * Memory of Redis that its values take at most, in bytes, roughly; those that were used least go first.
   * Default 64 MiB.
   */
  readonly redisBytes?: number;
  /** Values of more bytes are compressed in Redis; default 4 096. */
  readonly compressOver?: number;
  /** Tags of an entry, by which it can be invalidated. 1 to 200 characters each, 32 at most. */
  readonly tags?: (key: string, value: Value) => readonly string[];
}

type Shape<Value> =
  /** Values are stored as JSON: what `z.encode` makes of them. Schemas with one-way transforms will not do. */
  | { readonly schema: z.ZodType<Value, unknown>; readonly codec?: never }
  /** For values that are no JSON, as bytes: see `bytesCodec`. */
  | { readonly codec: Codec<Value>; readonly schema?: never };

/** A cache as it is defined: all defaults filled in, durations in milliseconds. */
export interface CacheDefinition<Value>
  extends Readonly<Omit<Resolved, 'negativeTtl' | 'staleIfError'>> {
  readonly negativeTtl: number;
  readonly staleIfError: number;
  readonly refreshAhead?: number | undefined;
  readonly tags: (key: string, value: Value) => readonly string[];
  readonly codec: Codec<Value>;
}

/**
 * Defines a cache: what it holds, and for how long. Nothing is opened; see `Caches.of`.
 * @throws CodedError `cache-definition-invalid`, naming what is wrong.
 */
export const defineCache = <Value>(
  options: CacheOptions<Value> & Shape<Value>,
): CacheDefinition<Value> => {
  const { schema, codec, tags = () => [], ...rest } = options;
  const parsed = settings.safeParse(rest);
  if (!parsed.success) {
    const faults = z.prettifyError(parsed.error);
    throw new CodedError('cache-definition-invalid', `The cache "${options.name}": ${faults}`);
  }
  const { data } = parsed;
  return {
    ...data,
    negativeTtl: data.negativeTtl ?? data.ttl,
    staleIfError: Math.max(data.staleFor, data.staleIfError ?? 0),
    tags,
    codec: codec ?? jsonCodec(schema),
  };
};
