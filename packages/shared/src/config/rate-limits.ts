import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { type Tier, tiers } from './api-keys.ts';

/** How submissions are counted; docs/guides/keys-and-limits.md says what each promises. */
export const algorithms = ['token-bucket', 'sliding-window', 'fixed-window'] as const;
export type Algorithm = (typeof algorithms)[number];

/** How many jobs a tenant may submit in a window of time. */
export interface RateLimit {
  readonly limit: number;
  /** Whole seconds, in milliseconds. */
  readonly windowMs: number;
  readonly algorithm: Algorithm;
}

/** A tier whose tenants are counted. */
export type LimitedTier = Exclude<Tier, 'unlimited'>;
export type RateLimits = Readonly<Record<LimitedTier, RateLimit>>;

/** The limits of tiers that `RATE_LIMITS` does not name. */
export const defaultRateLimits: RateLimits = {
  free: { limit: 100, windowMs: 3_600_000, algorithm: 'token-bucket' },
  basic: { limit: 1_000, windowMs: 3_600_000, algorithm: 'token-bucket' },
  premium: { limit: 10_000, windowMs: 3_600_000, algorithm: 'token-bucket' },
  enterprise: { limit: 100_000, windowMs: 3_600_000, algorithm: 'token-bucket' },
};

const longestWindowMs = 30 * 86_400_000;

const limitedTiers: readonly string[] = tiers.filter((tier) => tier !== 'unlimited');
const isLimitedTier = (name: string): name is LimitedTier => limitedTiers.includes(name);
const isAlgorithm = (name: string): name is Algorithm =>
  (algorithms as readonly string[]).includes(name);

/** The limit that an entry sets, or what is wrong with the entry. */
const parseEntry = (entry: string): [LimitedTier, RateLimit] | string => {
  const [, tier = '', digits = '', window = '', algorithm = 'token-bucket'] =
    /^([a-z-]+)\s*=\s*(\d{1,15})\/(\w+)(?::([a-z-]+))?$/.exec(entry) ?? [];
  if (tier === '') {
    return `expected tier=limit/window[:algorithm] entries such as basic=1000/1h:sliding-window`;
  }
  if (!isLimitedTier(tier)) return `expected one of the tiers ${limitedTiers.join(', ')}`;
  if (!isAlgorithm(algorithm)) return `expected one of the algorithms ${algorithms.join(', ')}`;
  const windowMs = parseDuration(window) ?? 0;
  if (windowMs < 1_000 || windowMs > longestWindowMs || windowMs % 1_000 !== 0) {
    return 'expected windows of whole seconds, from 1s to 30d';
  }
  // The counters multiply the two, and Redis's Lua has nothing but doubles.
  const highest = Math.floor(Number.MAX_SAFE_INTEGER / windowMs);
  const limit = Number(digits);
  if (limit < 1 || limit > highest) return `expected limits from 1 to ${highest} for that window`;
  return [tier, { limit, windowMs, algorithm }];
};

/** Schema of `RATE_LIMITS`: entries `tier=limit/window[:algorithm]`, each in place of a default. */
export const rateLimits = z.string().transform((text, context): RateLimits => {
  const named = new Map<LimitedTier, RateLimit>();
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const parsed = parseEntry(entry);
    const message =
      typeof parsed === 'string'
        ? parsed
        : named.has(parsed[0]) && `expected one entry for ${parsed[0]}`;
    if (message) {
      context.addIssue({ code: 'custom', message: `${message}, not "${entry}"` });
      return z.NEVER;
    }
    named.set(...(parsed as [LimitedTier, RateLimit]));
  }
  return { ...defaultRateLimits, ...Object.fromEntries(named) };
});
