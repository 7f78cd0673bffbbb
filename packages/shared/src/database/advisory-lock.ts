import type { Client } from 'pg';

/** First half of the keys of Drover's advisory locks: "drov" in ASCII. The second half is ours to number. */
const family = 0x64_72_6f_76;

/** The locks of Drover in one database. */
export const advisoryLocks = { migrations: 1 } as const;

export type AdvisoryLock = keyof typeof advisoryLocks;

/**
 * Runs `use` while no other process of the database does so under the same lock. The lock belongs to
 * the connection: Postgres lets go of it when the process dies. PgBouncer in transaction mode does not
 * keep a connection for a client, so this needs a direct one.
 * @param onWait called once when another process has the lock.
 */
export const underAdvisoryLock = async <T>(
  client: Client,
  lock: AdvisoryLock,
  onWait: () => void,
  use: () => Promise<T>,
): Promise<T> => {
  const key = [family, advisoryLocks[lock]];
  const { rows } = await client.query<{ held: boolean }>(
    'select pg_try_advisory_lock($1, $2) as held',
    key,
  );
  if (!rows[0]?.held) {
    onWait();
    await client.query('select pg_advisory_lock($1, $2)', key);
  }
  try {
    return await use();
  } finally {
    // A connection that is lost has let go of it.
    await client.query('select pg_advisory_unlock($1, $2)', key).catch(() => undefined);
  }
};
