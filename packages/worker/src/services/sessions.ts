import type { Sessions } from '@drover/jobs/definition/services';
import { databaseFailure } from '@drover/shared/database/failures';
import type { Pool } from 'pg';

/** Sessions that are deleted at once: others write to the table meanwhile. */
const batchSize = 5_000;

const purgeSome = async (pool: Pool, before: Date): Promise<number> => {
  const { rowCount } = await pool.query(
    `delete from drover_demo.sessions where id in (
       select id from drover_demo.sessions where last_seen_at < $1
        order by last_seen_at limit $2 for update skip locked)`,
    [before, batchSize],
  );
  return rowCount ?? 0;
};

const purge = async (pool: Pool, before: Date, signal: AbortSignal): Promise<number> => {
  const { rows } = await pool.query<{ found: boolean }>(
    "select to_regclass('drover_demo.sessions') is not null as found",
  );
  if (!rows[0]?.found) return 0;
  let purged = 0;
  for (;;) {
    signal.throwIfAborted();
    const some = await purgeSome(pool, before);
    purged += some;
    if (some < batchSize) return purged;
  }
};

export const createSessions = (pool: Pool): Sessions => ({
  purge: (before, { signal }) =>
    purge(pool, before, signal).catch((thrown: unknown) => {
      throw databaseFailure(thrown);
    }),
});
