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
export type {
  BulkRedriveOptions,
  DeadLetter,
  DeadLetterFilter,
  DeadLetterGroups,
  DeadLetterPage,
  DeadLetterPageOptions,
  DeadLetterSummary,
  RedrivePreview,
} from './dead-letters.ts';
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
export type {
  BulkChangeOptions,
  BulkPreview,
  JobFilter,
  JobPage,
  JobPageOptions,
  JobSummary,
} from './job-list.ts';
export type { LogsOptions } from './logs.ts';
export type {
  CallOptions,
  JobTypeDescription,
  QueueSettingsPatch,
  QueueStatus,
  WorkerStatus,
} from './operations.ts';
export type {
  Schedule,
  ScheduleInput,
  SchedulePage,
  SchedulePageOptions,
  ScheduleRun,
} from './schedules.ts';
export type { JobStats, StatsOptions } from './stats.ts';
export type {
  BatchCall,
  BatchOutcome,
  BatchOutcomes,
  BatchReport,
  Submission,
} from './submitting/batch.ts';
export type { JobOptions, SubmitCall, SubmittedJob } from './submitting/submit.ts';
export type {
  View,
  ViewConditions,
  ViewPage,
  ViewPageOptions,
  ViewRow,
  ViewRowsOptions,
  ViewValue,
} from './views.ts';
export type {
  DeliveryPageOptions,
  NewWebhook,
  Webhook,
  WebhookAttempt,
  WebhookDelivery,
  WebhookDeliveryFilter,
  WebhookDeliveryPage,
  WebhookDeliverySummary,
  WebhookEvent,
  WebhookPatch,
  WebhookSecret,
} from './webhooks.ts';
export {
  buildWorkflow,
  type Step,
  type StepOptions,
  type WorkflowBuilder,
  type WorkflowOptions,
} from './workflows/builder.ts';
export type {
  ListOptions,
  SubmittedWorkflow,
  WorkflowOrId,
  WorkflowSubmission,
} from './workflows/calls.ts';
export {
  failure,
  orElse,
  type Reference,
  type Resolvable,
  type StepError,
} from './workflows/references.ts';
export type {
  Workflow,
  WorkflowEvent,
  WorkflowPage,
  WorkflowStatus,
  WorkflowStep,
  WorkflowSummary,
} from './workflows/workflow.ts';
