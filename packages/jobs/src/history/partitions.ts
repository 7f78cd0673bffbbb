import { inTransaction, type Transactional } from '@drover/shared/database/in-transaction';

/** A day in UTC: `2026-01-31`. */
export type Day = string;

const dayMs = 86_400_000;

export const dayOf = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);

/** The day that is so many days later, or earlier. */
export const dayAfter = (day: Day, days: number): Day => dayOf(Date.parse(day) + days * dayMs);

/**
 * How long a change of the partitions waits for those who read or write, in milliseconds: whoever comes
 * after it waits as long. It is tried again later.
 */
const lockTimeoutMs = 500;

const change = async (db: Transactional, call: string, ...values: Day[]): Promise<unknown> =>
  inTransaction(db, async (client) => {
    await client.query(`set local lock_timeout = ${lockTimeoutMs}`);
    const { rows } = await client.query<{ done: unknown }>(`select ${call} as done`, values);
    return rows[0]?.done;
  });

/**
 * Makes the partition of a day. Rows that had to wait for it are moved into it.
 * @returns false when it is there already.
 * @throws SQLSTATE 55P03 when others held the table for too long.
 */
export const addDay = async (db: Transactional, day: Day): Promise<boolean> =>
  (await change(db, 'drover.add_jobs_day($1::date)', day)) === true;

/** The days that have partitions, the oldest first. */
export const listDays = async (db: Pick<Transactional, 'query'>): Promise<Day[]> => {
  const { rows } = await db.query<{ day: Day }>(
    `select regexp_replace(relname, '^jobs_(\\d{4})(\\d\\d)(\\d\\d)$', '\\1-\\2-\\3') as day
     from pg_inherits join pg_class on pg_class.oid = inhrelid
     where inhparent = 'drover.jobs'::regclass and relname ~ '^jobs_\\d{8}$'
     order by relname`,
  );
  return rows.map(({ day }) => day);
};

/**
 * Drops the partition of a day: it takes as long whatever it holds. Rows of jobs that have not ended are kept.
 * @throws SQLSTATE 55P03 when others held the table for too long.
 */
export const dropDay = async (db: Transactional, day: Day): Promise<void> => {
  await change(db, 'drover.drop_jobs_day($1::date)', day);
};

/** Rows that one statement removes. */
const removedAtOnce = 5_000;

/**
 * Removes rows without a partition whose job ended, or was lost, before that moment: there are few.
 * @returns how many were removed.
 */
export const pruneOthers = async (
  db: Pick<Transactional, 'query'>,
  beforeMs: number,
): Promise<number> => {
  const { rowCount } = await db.query(
    `delete from drover.jobs_default where (submitted_at, id) in (
       select submitted_at, id from drover.jobs_default
       where coalesce(finished_at, gone_at) < $1 limit ${removedAtOnce}
     )`,
    [new Date(beforeMs)],
  );
  return rowCount ?? 0;
};

/**
 * Forgets which kinds of jobs days had that have no partition any more.
 * @throws SQLSTATE 55P03 when others held the table for too long.
 */
export const pruneKinds = async (db: Transactional): Promise<void> => {
  await change(db, 'drover.prune_job_kinds()');
};
