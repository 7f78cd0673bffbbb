import type { LimitedTier, RateLimit } from '@drover/shared/config/rate-limits';
import type { Cost, Verdict } from './verdict.ts';

/** What a tenant may submit, as Redis said it. Moments are those of `performance.now()`. */
export interface Allowance {
  readonly limit: number;
  /** Jobs that may be submitted now. */
  readonly remaining: number;
  readonly knownAt: number;
  /** When one job more than `remaining` may be submitted. */
  readonly nextAt: number;
  /** When the whole limit is there again. */
  readonly resetAt: number;
}

/** A request that waits to be told whether its cost was taken. */
export interface Asker extends Cost {
  /** Sends the commands that are to come just behind the decision. */
  readonly start?: () => void;
  /** @param waitMs 0 when it was taken, else when to ask again. */
  resolve(waitMs: number): void;
  reject(reason: unknown): void;
}

/** One tenant in one tier, as this process knows it. */
export interface Account extends RateLimit {
  readonly tier: LimitedTier;
  /** Where Redis counts it. */
  readonly key: string;
  /** Unset until Redis was asked for the first time. */
  allowance?: Allowance;
  /** When Redis last failed to answer, by `performance.now()`. */
  failedAt?: number;
  /** Those of this turn of the event loop, who will ask together. */
  askers: Asker[];
  /** A look that is under way, for all who wait for it. */
  looking?: Promise<unknown>;
}

/** How long clients that only read are told the same, in milliseconds. */
const freshForMs = 1_000;

const isRecent = (moment: number | undefined): boolean =>
  moment !== undefined && performance.now() - moment < freshForMs;

export const isFresh = ({ allowance }: Account): boolean => isRecent(allowance?.knownAt);

/** Redis has just failed: a read that does not need it should not wait for it again. */
export const hasJustFailed = ({ failedAt }: Account): boolean => isRecent(failedAt);

export const toAllowance = (limit: number, verdict: Verdict): Allowance => {
  const knownAt = performance.now();
  const { remaining, nextMs, resetMs } = verdict;
  return { limit, remaining, knownAt, nextAt: knownAt + nextMs, resetAt: knownAt + resetMs };
};
