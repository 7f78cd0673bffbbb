import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { checkPostgres } from './database/preflight.ts';
import { CodedError, toError } from './errors.ts';
import { type Deadline, deadlineIn, within } from './lifecycle/deadline.ts';
import type { Component } from './lifecycle/stack.ts';
import type { Log } from './log.ts';
import type { RedisClient } from './redis/client.ts';
import { checkServers, reached, reasonOf } from './redis/preflight.ts';

const retryMs = 250;

/** A store that must be there before the process is of any use. */
interface Requirement {
  store: 'Redis' | 'Postgres';
  variable: 'REDIS_URL' | 'DATABASE_URL';
  check: () => Promise<void>;
  /** Why it could not be reached when last tried. */
  lastReason: string;
}

const unreachable = ({ store, variable, lastReason }: Requirement) =>
  new CodedError(
    `${store.toLowerCase()}-unreachable`,
    `${store} cannot be reached (${lastReason}). Is it running, and is ${variable} right?`,
  );

/**
 * Asks the store once and remembers why it did not answer.
 * @returns whether it is there and fits.
 * @throws CodedError when it answers but does not fit.
 */
const asked = async (need: Requirement, deadline: Deadline): Promise<boolean> => {
  try {
    await within(deadline, `asking ${need.store}`, need.check());
    return true;
  } catch (thrown) {
    const err = toError(thrown);
    const isLate = err instanceof CodedError && err.code === 'deadline-exceeded';
    if (err instanceof CodedError && !isLate) throw err;
    if (!isLate) need.lastReason = err.message || err.name;
    return false;
  }
};

/** Asks until the store answers; one that answers but does not fit fails at once. */
const satisfied = async (need: Requirement, deadline: Deadline, log: Log): Promise<void> => {
  let hasWaited = false;
  while (!(await asked(need, deadline))) {
    if (deadline.remainingMs() === 0) throw unreachable(need);
    if (!hasWaited) log.warn({ reason: need.lastReason }, `waiting for ${need.store}`);
    hasWaited = true;
    await sleep(Math.min(retryMs, deadline.remainingMs()));
  }
};

const redisRequirement = (redis: RedisClient, log: Log): Requirement => {
  const need: Requirement = {
    store: 'Redis',
    variable: 'REDIS_URL',
    lastReason: 'no answer',
    check: async () => {
      await reached(redis);
      for (const warning of await checkServers(redis)) log.warn(warning);
    },
  };
  // The client retries by itself and tells of its failures in events only.
  redis.on('error', (err: Error) => {
    need.lastReason = reasonOf(err);
  });
  return need;
};

const postgresRequirement = (pool: Pool): Requirement => ({
  store: 'Postgres',
  variable: 'DATABASE_URL',
  lastReason: 'no answer',
  check: () => checkPostgres(pool),
});

/**
 * Boot check: both stores are reachable, new enough and safely configured. It comes before
 * everything that uses them, so that a wrong set-up is one clear error and not a thousand.
 * @throws CodedError `redis-unreachable`, `redis-too-old`, `redis-evicts`, `redis-is-cluster`,
 *   `redis-not-cluster`, `redis-no-database`, `postgres-unreachable` or `postgres-too-old`.
 */
export const preflight = (stores: {
  redis: RedisClient;
  pool: Pool;
  /** How long to wait for stores that are not there yet. */
  timeoutMs: number;
  log: Log;
}): Component => ({
  name: 'preflight',
  start: async () => {
    const deadline = deadlineIn(stores.timeoutMs);
    const needs = [redisRequirement(stores.redis, stores.log), postgresRequirement(stores.pool)];
    await Promise.all(needs.map((need) => satisfied(need, deadline, stores.log)));
  },
  stop: async () => undefined,
});
