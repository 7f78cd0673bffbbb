import type { Queryable } from '@drover/shared/database/in-transaction';
import { toInstant } from '@drover/shared/instant';
import { type JobAddress, submittedAt } from '@drover/shared/job-id';
import type { JobResource } from '../contract/job-resource.ts';
import { endTerms, termsOfRow } from './terms.ts';

/** The end of a job that Redis has forgotten, as far as it is known. */
export interface KnownEnd {
  readonly address: JobAddress;
  readonly status: 'succeeded' | 'failed';
  /** Milliseconds, by the clock of its Redis. */
  readonly at: number;
  /** The result as JSON, or the message of the failure. */
  readonly value: string;
}

/** Code of a failure of which only the message is known. */
const unknownCode = 'failed';

const parse = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
};

const endedResource = (resource: JobResource, { status, at, value }: KnownEnd): JobResource => {
  const finished = { ...resource, status, finishedAt: toInstant(at) };
  if (status === 'succeeded') {
    return { ...finished, progress: 1, result: parse(value), error: null };
  }
  const { made } = resource.attempts;
  const error = { code: unknownCode, message: value, attempt: made, retryable: false };
  return { ...finished, error: resource.error ?? error };
};

/**
 * What the end of a job is found by, in place of what an earlier end was. Anyone's text may hold the same
 * words as an earlier error, so these stay.
 */
const findable = `(
  select ts_delete(words, ${endTerms}) || to_tsvector('simple', coalesce(error_message, '')) || ${termsOfRow}
  from (
    select jobs.tenant, jobs.type, jobs.queue, jobs.workflow, jobs.schedule, jobs.tags, jobs.words,
      $3::text as status, $4::timestamptz as finished_at, $6::text as error_code, $7::text as error_message
  ) ended
)`;

const keyOf = ({ id }: JobAddress): [submitted: Date, id: string] => [
  new Date(submittedAt(id) ?? 0),
  id,
];

/**
 * Records the end of a job that can be read no more, in the row that there is. An end that is known to
 * be older than what the row has changes nothing.
 * @returns whether there is a row of the job.
 */
export const writeKnownEnd = async (db: Queryable, end: KnownEnd): Promise<boolean> => {
  const key = keyOf(end.address);
  const { rows } = await db.query<{ resource: string }>(
    'select resource from drover.jobs where submitted_at = $1 and id = $2',
    key,
  );
  const [row] = rows;
  if (!row) return false;
  const ended = endedResource(JSON.parse(row.resource) as JobResource, end);
  await db.query(
    `update drover.jobs set status = $3, finished_at = $4, resource = $5, gone_at = null,
       error_code = $6, error_message = $7, seen_at = greatest(seen_at, $8), words = ${findable}
     where submitted_at = $1 and id = $2 and coalesce(finished_at < $4, true)`,
    [
      ...key,
      ended.status,
      ended.finishedAt,
      JSON.stringify(ended),
      ended.error?.code ?? null,
      ended.error?.message.slice(0, 1_000).toWellFormed().replaceAll('\0', ' ') ?? null,
      end.at * 1_000,
    ],
  );
  return true;
};

/**
 * Notes of jobs that had not ended that Redis does not have them any more.
 * @param seenAt when that was found, in microseconds of its clock: what is known of later stays.
 * @returns how many these were.
 */
export const markGone = async (
  db: Queryable,
  addresses: readonly JobAddress[],
  seenAt: number,
): Promise<number> => {
  if (addresses.length === 0) return 0;
  const keys = addresses.map(keyOf);
  const { rowCount } = await db.query(
    `update drover.jobs set gone_at = to_timestamp($3 / 1000000.0), seen_at = $3
     from unnest($1::timestamptz[], $2::text[]) as given(submitted, job)
     where submitted_at = submitted and id = job and seen_at < $3
       and finished_at is null and gone_at is null`,
    [keys.map(([submitted]) => submitted), keys.map(([, id]) => id), seenAt],
  );
  return rowCount ?? 0;
};
