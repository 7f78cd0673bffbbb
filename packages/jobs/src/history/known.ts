import type { Queryable } from '@drover/shared/database/in-transaction';
import { type JobAddress, submittedAt } from '@drover/shared/job-id';

/**
 * When those of some jobs that have a row ended, in milliseconds; null for one that has not ended, as
 * far as is known.
 */
export const knownEnds = async (
  db: Queryable,
  addresses: readonly JobAddress[],
): Promise<ReadonlyMap<string, number | null>> => {
  const { rows } = await db.query<{ id: string; finished_at: Date | null }>(
    `select id, finished_at from unnest($1::timestamptz[], $2::text[]) as given(submitted, job)
     join drover.jobs on submitted_at = submitted and id = job`,
    [addresses.map(({ id }) => new Date(submittedAt(id) ?? 0)), addresses.map(({ id }) => id)],
  );
  return new Map(rows.map(({ id, finished_at }) => [id, finished_at?.getTime() ?? null]));
};

/** Where a walk over the rows that are open is: the row that was given last. */
export interface OpenPlace {
  readonly tenant: string;
  readonly status: string;
  readonly submitted: string;
  readonly id: string;
}

export const openBegin: OpenPlace = { tenant: '', status: '', submitted: '-infinity', id: '' };

/**
 * Ids of jobs of a queue, of one origin, that have not ended as far as is known, and were last seen
 * before that moment, in microseconds: page by page, in the order of the index of what is open.
 */
export const openJobs = async (
  db: Queryable,
  at: { queue: string; origin: string },
  { before, after, limit }: { before: number; after: OpenPlace; limit: number },
): Promise<{ ids: readonly string[]; last: OpenPlace | undefined }> => {
  const { rows } = await db.query<OpenPlace>(
    `select tenant, status, submitted_at::text as submitted, id from drover.jobs
     where finished_at is null and (tenant, status, submitted_at, id) > ($1, $2, $3::timestamptz, $4)
       and gone_at is null and queue = $5 and origin = $6 and seen_at < $7
     order by tenant, status, submitted_at, id limit $8`,
    [
      ...[after.tenant, after.status, after.submitted, after.id],
      ...[at.queue, at.origin, before, limit],
    ],
  );
  return { ids: rows.map(({ id }) => id), last: rows.at(-1) };
};
