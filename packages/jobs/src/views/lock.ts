import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseClient } from '@drover/shared/database/client';

/** First half of the keys of the views' advisory locks: "drvw" in ASCII. The second is of the name. */
const family = 0x64_72_76_77;

/** Time between two attempts to get a lock that another process has, in milliseconds. */
const retryMs = 100;

/**
 * Runs `use` while no other process changes the rows of a view. The lock belongs to the connection:
 * Postgres lets go of it when the process dies.
 * @param signal ends the waiting, with its reason.
 */
export const underViewLock = async <T>(
  client: DatabaseClient,
  view: string,
  use: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> => {
  const key = [family, view];
  const isMine = async () => {
    const sql = 'select pg_try_advisory_lock($1, hashtext($2)) as held';
    return (await client.query<{ held: boolean }>(sql, key)).rows[0]?.held === true;
  };
  // Asked for again and again, and not waited for: a statement that waits holds back vacuum.
  while (!(await isMine())) await sleep(retryMs, undefined, signal && { signal });
  try {
    return await use();
  } finally {
    // A connection that is lost has let go of it.
    await client.query('select pg_advisory_unlock($1, hashtext($2))', key).catch(() => undefined);
  }
};
