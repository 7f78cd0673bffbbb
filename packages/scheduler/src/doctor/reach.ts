import { CodedError, toError } from '@drover/shared/errors';
import { deadlineIn, within } from '@drover/shared/lifecycle/deadline';
import { reached, reasonOf } from '@drover/shared/redis/preflight';
import type { Stores } from '@drover/shared/stores';
import type { StoreName } from './examine.ts';
import { type Finding, fail, ok, skip } from './findings.ts';

/** A store, and what was found when it was asked whether it is there. */
export interface Reach {
  readonly isReached: Promise<boolean>;
  readonly finding: Promise<Finding>;
}

const unreachable = (store: StoreName, variable: string, reason: string): Finding =>
  fail(`${store} cannot be reached (${reason})`, {
    advice: `Is it running, is ${variable} right, and may this machine reach it?`,
  });

const reach = (
  store: StoreName,
  variable: string,
  options: { isUsable: boolean; ask: () => Promise<void>; lastReason: () => string | undefined },
  timeoutMs: number,
): Reach => {
  const finding = async (): Promise<Finding> => {
    if (!options.isUsable) return skip(`${variable} has no valid value`);
    try {
      await within(deadlineIn(timeoutMs), `asking ${store}`, options.ask());
      return ok(`${store} answers`);
    } catch (thrown) {
      const err = toError(thrown);
      if (err instanceof CodedError && err.code === 'redis-not-cluster') {
        return fail(err.message, { advice: 'Processes of Drover do not start until that is so.' });
      }
      return unreachable(store, variable, options.lastReason() ?? reasonOf(err));
    }
  };
  const found = finding();
  return { finding: found, isReached: found.then(({ status }) => status === 'ok') };
};

/** Asks for Redis once; the client tells why it fails in events only. */
export const reachRedis = (
  { redis }: Pick<Stores, 'redis'>,
  { isUsable, timeoutMs }: { isUsable: boolean; timeoutMs: number },
): Reach => {
  let reason: string | undefined;
  redis.on('error', (err: Error) => {
    reason = reasonOf(err);
  });
  const ask = async () => {
    await reached(redis);
    await redis.ping();
  };
  return reach('Redis', 'REDIS_URL', { isUsable, ask, lastReason: () => reason }, timeoutMs);
};

export const reachPostgres = (
  { pool }: Pick<Stores, 'pool'>,
  { isUsable, timeoutMs }: { isUsable: boolean; timeoutMs: number },
): Reach => {
  const ask = async () => {
    await pool.query('select 1');
  };
  const options = { isUsable, ask, lastReason: () => undefined };
  return reach('Postgres', 'DATABASE_URL', options, timeoutMs);
};
