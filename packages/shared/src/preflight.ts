import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { checkPostgres } from './database/preflight.ts';
import { CodedError, toError } from './errors.ts';
import { type Deadline, deadlineIn, within } from './lifecycle/deadline.ts';
import type { Component } from './lifecycle/stack.ts';
import type { Log } from './log.ts';
import { connected } from './redis/connections.ts';
import { checkRedis } from './redis/preflight.ts';

const retryMs = 250;

interface Requirement {
  store: 'Redis' | 'Postgres';
  variable: 'REDIS_URL' | 'DATABASE_URL';
  check: () => Promise<void>;
}

/** Tries until the store answers; a store that answers but does not fit fails at once. */
const satisfied = async (need: Requirement, deadline: Deadline, log: Log): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await within(deadline, `asking ${need.store}`, need.check());
    } catch (thrown) {
      const err = toError(thrown);
      if (err instanceof CodedError && err.code !== 'deadline-exceeded') throw err;
      if (deadline.remainingMs() === 0) {
        throw new CodedError(
          `${need.store.toLowerCase()}-unreachable`,
          `${need.store} cannot be reached (${err.message || err.name}). Is it running, and is ${need.variable} right?`,
        );
      }
      if (attempt === 1) log.warn({ reason: err.message }, `waiting for ${need.store}`);
      await sleep(Math.min(retryMs, deadline.remainingMs()));
    }
  }
};

/**
 * Boot check: both stores are reachable, new enough and safely configured. It comes before
 * everything that uses them, so that a wrong set-up is one clear error and not a thousand.
 * @throws CodedError `redis-unreachable`, `redis-too-old`, `redis-evicts`, `postgres-unreachable`
 *   or `postgres-too-old`.
 */
export const preflight = (stores: {
  redis: Redis;
  pool: Pool;
  timeoutMs: number;
  log: Log;
}): Component => ({
  name: 'preflight',
  start: async () => {
    const deadline = deadlineIn(stores.timeoutMs);
    const needs: Requirement[] = [
      {
        store: 'Redis',
        variable: 'REDIS_URL',
        check: async () => {
          await connected(stores.redis);
          await checkRedis(stores.redis);
        },
      },
      { store: 'Postgres', variable: 'DATABASE_URL', check: () => checkPostgres(stores.pool) },
    ];
    await Promise.all(needs.map((need) => satisfied(need, deadline, stores.log)));
  },
  stop: async () => undefined,
});
