import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseClient } from '@drover/shared/database/client';
import { sqlStateOf } from '@drover/shared/database/failures';

/** Those who use a table wait no longer than this for one attempt to change it. */
const waitMs = 500;
/** Pause between attempts, for those who had to wait. */
const pauseMs = 500;
const attempts = 60;

const lockNotAvailable = '55P03';

/** Runs `use` in a transaction of a connection: all of what it does is there when it resolves, or nothing. */
export const inTransactionOf = async (
  client: DatabaseClient,
  use: () => Promise<void>,
): Promise<void> => {
  await client.query('begin');
  try {
    await use();
    await client.query('commit');
  } catch (err) {
    await client.query('rollback').catch(() => undefined);
    throw err;
  }
};

/**
 * Changes tables that are in use: it waits a moment for its locks, and tries again for a minute, so
 * that a long transaction never makes all others wait behind the change.
 * @param refusal what is thrown when it has not been possible.
 */
export const soonOrAgain = async (
  client: DatabaseClient,
  change: () => Promise<void>,
  refusal: (cause: unknown) => Error,
): Promise<void> => {
  await client.query(`set lock_timeout = ${waitMs}`);
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await change();
      } catch (err) {
        if (sqlStateOf(err) !== lockNotAvailable) throw err;
        if (attempt === attempts) throw refusal(err);
      }
      await sleep(pauseMs);
    }
  } finally {
    await client.query('set lock_timeout = 0').catch(() => undefined);
  }
};
