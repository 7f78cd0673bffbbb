import type { Gate } from '@drover/jobs/adding/addition';
import type { RateLimits } from '@drover/shared/config/rate-limits';
import { describeDuration } from '@drover/shared/duration';
import { Problem } from '@drover/shared/http/problem';
import { gather } from '@drover/shared/redis/gather';
import type { Stores } from '@drover/shared/stores';
import type { Caller } from '../auth/key-ring.ts';
import { type Account, type Allowance, type Asker, isFresh, toAllowance } from './account.ts';
import { decide, type Verdict } from './verdict.ts';

/**
 * How much each tenant may still submit. A tenant has an account in each tier that it has keys of; all
 * replicas of the API share the accounts, which Redis keeps.
 */
export interface Throttle {
  /**
   * Takes jobs off what the caller may submit: all or none of them.
   * @param cost jobs, at least 1.
   * @returns what is left; undefined for a tier without a limit.
   * @throws Problem `rate-limited`, saying when to try again; Redis errors.
   */
  take(caller: Caller, cost: number): Promise<Allowance | undefined>;
  /**
   * Takes one job off what the caller may submit in the same round trip as adds it; only for jobs of
   * the accounts' partition, {@link accountsPartition}.
   * @returns undefined for a tier without a limit.
   */
  gate(caller: Caller): Gate | undefined;
  /**
   * What the caller may submit, as it was at most a second ago; takes nothing.
   * @throws Redis errors.
   */
  peek(caller: Caller): Promise<Allowance | undefined>;
  /** The caller's account as this process knows it; undefined for a tier without a limit. */
  accountOf(caller: Caller): Account | undefined;
}

/** Where Redis keeps the accounts: that of most jobs, and the only one unless PARTITIONS says otherwise. */
export const accountsPartition = 0;

/** Whether a caller was refused because nothing is left, not because something is wrong. */
export const isRateLimited = (thrown: unknown): boolean =>
  thrown instanceof Problem && thrown.code === 'rate-limited';

const policyOf = ({ tier, limit, windowMs }: Account): string =>
  `The tier "${tier}" allows ${limit} ${limit === 1 ? 'job' : 'jobs'} in ${describeDuration(windowMs)}`;

/** Waiting would not help, so there is no Retry-After: programs that heed it would come back in vain. */
const neverFits = (account: Account, cost: number) =>
  new Problem(
    'rate-limited',
    `${policyOf(account)}, so ${cost} at once can never pass. Send them in smaller batches.`,
  );

const tooMany = (account: Account, cost: number, waitMs: number) => {
  const left = account.allowance?.remaining ?? 0;
  const seconds = Math.ceil(waitMs / 1_000);
  return new Problem(
    'rate-limited',
    `${policyOf(account)}; ${left} are left, and this would take ${cost}. Try again in ${seconds} s.`,
    { headers: { 'retry-after': String(seconds) } },
  );
};

export const createThrottle = (
  { redis, keys }: Pick<Stores, 'redis' | 'keys'>,
  limits: RateLimits,
): Throttle => {
  // As many as there are tenants in the configuration: callers come from there alone.
  const accounts = new Map<string, Account>();

  const open = (id: string, { tenant, tier }: Caller): Account | undefined => {
    if (tier === 'unlimited') return undefined;
    const limit = limits[tier];
    const policy = `${tier}:${limit.algorithm}:${limit.windowMs}`;
    const account = { tier, ...limit, key: keys.throttle(tenant, policy), askers: [] };
    accounts.set(id, account);
    return account;
  };

  const accountOf = (caller: Caller) => {
    const id = `${caller.tier}:${caller.tenant}`;
    return accounts.get(id) ?? open(id, caller);
  };

  const learn = async (account: Account, askers: readonly Asker[], deciding: Promise<Verdict>) => {
    try {
      const verdict = await deciding;
      account.allowance = toAllowance(account.limit, verdict);
      for (const [n, { resolve }] of askers.entries()) resolve(verdict.waitsMs[n] as number);
    } catch (err) {
      account.failedAt = performance.now();
      for (const { reject } of askers) reject(err);
    }
  };

  let asking: Account[] = [];

  /** All decisions are sent before the first of the adds that they let through. */
  const answer = (): void => {
    const questions = asking.map((account) => {
      const askers = account.askers;
      account.askers = [];
      return { account, askers, deciding: decide(redis, account.key, account, askers) };
    });
    asking = [];
    for (const { askers } of questions) {
      for (const { start } of askers) start?.();
    }
    for (const { account, askers, deciding } of questions) void learn(account, askers, deciding);
  };
  const askSoon = gather(answer);

  /** Requests that have come in together share one command: the busier a tenant, the cheaper each. */
  const ask = (account: Account, asker: Asker): void => {
    const isFirst = account.askers.push(asker) === 1;
    if (isFirst) asking.push(account);
    askSoon();
  };

  /** @returns how long to wait, in milliseconds; 0 when the cost was taken. */
  const takeOff = (account: Account, cost: number): Promise<number> =>
    new Promise((resolve, reject) => ask(account, { cost, resolve, reject }));

  return {
    accountOf,
    take: async (caller, cost) => {
      const account = accountOf(caller);
      if (!account) return undefined;
      if (cost > account.limit) throw neverFits(account, cost);
      const waitMs = await takeOff(account, cost);
      if (waitMs > 0) throw tooMany(account, cost, waitMs);
      return account.allowance;
    },
    gate: (caller) => {
      const account = accountOf(caller);
      if (!account) return undefined;
      return <T>(jobKey: string, add: () => Promise<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          let adding: Promise<T>;
          ask(account, {
            cost: 1,
            jobKey,
            start: () => {
              adding = add();
              // It is looked at only when the gate is open; when it is shut, it has come to nothing.
              adding.catch(() => undefined);
            },
            resolve: (waitMs) => {
              if (waitMs > 0) reject(tooMany(account, 1, waitMs));
              else resolve(adding);
            },
            reject,
          });
        });
    },
    peek: async (caller) => {
      const account = accountOf(caller);
      if (!account || isFresh(account)) return account?.allowance;
      account.looking ??= takeOff(account, 0).finally(() => {
        delete account.looking;
      });
      await account.looking;
      return account.allowance;
    },
  };
};
