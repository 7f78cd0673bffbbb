import type { JobResource, JobStatus, terminalStatuses } from '@drover/jobs/contract/job-resource';
import type { Catalog, JobTypeMap, PayloadOf, ResultOf, TypeName } from './catalog.ts';

export type { JobStatus };

/** The statuses of a job that has finished. */
export type FinishedStatus = (typeof terminalStatuses)[number];

const finished: Readonly<Record<FinishedStatus, true>> = {
  succeeded: true,
  failed: true,
  canceled: true,
  expired: true,
};

type Described<T extends string, Payload> = Omit<
  JobResource,
  'type' | 'payload' | 'result' | 'status' | 'finishedAt'
> & { type: T; payload: Payload };

type Outcome<Result> =
  | { status: Exclude<JobStatus, FinishedStatus>; result: null; finishedAt: null }
  | { status: 'succeeded'; result: Result; finishedAt: string }
  | { status: Exclude<FinishedStatus, 'succeeded'>; result: null; finishedAt: string };

/**
 * A job as the API shows it. `status` tells the outcomes apart: where it is `succeeded`, `result` has
 * the type that the catalog gives it; everywhere else it is null. Over several types, `type` tells
 * them apart.
 */
export type Job<T extends string = TypeName, C extends JobTypeMap = Catalog> = T extends string
  ? Described<T, PayloadOf<T, C>> & Outcome<ResultOf<T, C>>
  : never;

/** A job that has succeeded, failed, been canceled or expired. */
export type FinishedJob<T extends string = TypeName, C extends JobTypeMap = Catalog> = Extract<
  Job<T, C>,
  { status: FinishedStatus }
>;

/** Whether nothing more will become of a job (unless it is retried). */
export const isFinished = <J extends { status: JobStatus }>(
  job: J,
): job is Extract<J, { status: FinishedStatus }> => Object.hasOwn(finished, job.status);

/** A job, or the id of one. */
export type JobOrId<T extends string> = string | { readonly id: string; readonly type: T };

export const idOf = (job: JobOrId<string>): string => (typeof job === 'string' ? job : job.id);
