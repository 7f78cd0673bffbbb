export type { ArtifactOptions } from './artifact.ts';
export type {
  AnyJobs,
  Catalog,
  JobTypeMap,
  PayloadOf,
  ResultOf,
  TypeName,
} from './catalog.ts';
export { type Client, type ClientOptions, createClient, type GetOptions } from './client.ts';
export {
  type ClientErrorCode,
  DroverError,
  type FieldError,
  type ProblemDocument,
} from './error.ts';
export type { FollowOptions } from './following/follow.ts';
export type { JobEvent, JobProgress, LogLine } from './following/job-event.ts';
export type { WaitOptions } from './following/wait.ts';
export type { RetryNotice } from './http/retrying.ts';
export {
  type FinishedJob,
  type FinishedStatus,
  isFinished,
  type Job,
  type JobOrId,
  type JobStatus,
} from './job.ts';
export type { LogsOptions } from './logs.ts';
export type {
  CallOptions,
  JobTypeDescription,
  QueueStatus,
  WorkerStatus,
} from './operations.ts';
export type {
  BatchCall,
  BatchOutcome,
  BatchOutcomes,
  BatchReport,
  Submission,
} from './submitting/batch.ts';
export type { JobOptions, SubmitCall, SubmittedJob } from './submitting/submit.ts';
