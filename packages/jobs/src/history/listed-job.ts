import type { JobStatus } from '../contract/job-resource.ts';

/** A place in the list of jobs, the newest first: after the job of that id. */
export interface Position {
  /** When the job was submitted, by its id; milliseconds since 1970. */
  readonly at: number;
  /** Empty: before every job of that moment. */
  readonly id: string;
}

/** A job as the history lists it. Instants are milliseconds since 1970. */
export interface ListedJob extends Position {
  readonly tenant: string;
  readonly type: string;
  readonly queue: string;
  /** As it was when the job was last recorded. */
  readonly status: JobStatus;
  readonly priority: number;
  readonly tags: readonly string[];
  readonly workflow: string | null;
  readonly step: string | null;
  readonly schedule: string | null;
  readonly createdAt: number;
  readonly runAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly attemptsMade: number;
  readonly attemptsMax: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** It had not ended, and Redis has lost it. */
  readonly isGone: boolean;
}

const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

/** What statements select of a row for a {@link ListedJob}. */
export const listedColumns = `
  ${ms('submitted_at')} as at, id, tenant, type, queue, status, priority, tags, workflow, step, schedule,
  ${ms('created_at')} as "createdAt", ${ms('run_at')} as "runAt", ${ms('started_at')} as "startedAt",
  ${ms('finished_at')} as "finishedAt", attempts_made as "attemptsMade", attempts_max as "attemptsMax",
  error_code as "errorCode", error_message as "errorMessage", gone_at is not null as "isGone"`;

/** Whether one comes before the other where the newest are first. */
export const byNewest = (one: Position, other: Position): number =>
  other.at - one.at || (one.id < other.id ? 1 : -1);
