import { type ArtifactOptions, jobArtifact } from './artifact.ts';
import { cacheCalls } from './cache.ts';
import { cancelJob } from './cancel.ts';
import type { Catalog, JobTypeMap, PayloadOf, TypeName } from './catalog.ts';
import { deadLetterCalls } from './dead-letters.ts';
import { type FollowOptions, followJob } from './following/follow.ts';
import type { JobEvent, LogLine } from './following/job-event.ts';
import { type WaitOptions, waitForJob } from './following/wait.ts';
import { connect, type ServerOptions } from './http/connect.ts';
import { heldFor } from './http/prefer.ts';
import { segment } from './http/transport.ts';
import { type FinishedJob, idOf, type Job, type JobOrId } from './job.ts';
import { jobListCalls } from './job-list.ts';
import { jobLogs, type LogsOptions } from './logs.ts';
import { type CallOptions, operations } from './operations.ts';
import { scheduleCalls } from './schedules.ts';
import { type JobStats, readStats, type StatsOptions } from './stats.ts';
import {
  type BatchCall,
  type BatchOutcomes,
  type BatchReport,
  type Submission,
  submitBatch,
} from './submitting/batch.ts';
import {
  type JobOptions,
  type SubmitCall,
  type SubmittedJob,
  submitJob,
} from './submitting/submit.ts';
import { viewCalls } from './views.ts';
import { webhookCalls } from './webhooks.ts';
import { workflowCalls } from './workflows/calls.ts';

export type ClientOptions = ServerOptions;

export interface GetOptions extends CallOptions {
  /** How long to wait for the job to finish, in milliseconds, 60 000 at most; default: not at all. */
  waitMs?: number | undefined;
}

/**
 * Drover's HTTP API. Every call rejects with a DroverError, or with the reason of its signal; what may
 * safely be made again after a passing fault is made again, with growing waits and never sooner than
 * the server asks.
 */
export interface Client<C extends JobTypeMap = Catalog>
  extends Readonly<ReturnType<typeof operations>> {
  /** Submits a job; resolves when the server holds it, or with `waitMs` when it has finished. */
  submit<T extends TypeName<C>>(
    type: T,
    payload: PayloadOf<T, C>,
    options?: JobOptions,
    call?: SubmitCall,
  ): Promise<SubmittedJob<T, C>>;

  /** Submits up to 1 000 jobs at once; each is accepted or refused by itself. */
  batch<const Items extends readonly Submission<TypeName<C>, C>[]>(
    jobs: Items,
    call?: BatchCall,
  ): Promise<BatchReport<BatchOutcomes<Items, C>>>;

  /** The job as it is now, or with `waitMs` (60 000 at most) as soon as it has finished. */
  get<T extends TypeName<C> = TypeName<C>>(
    job: JobOrId<T>,
    options?: GetOptions,
  ): Promise<Job<T, C>>;

  /**
   * The job as soon as it has finished, however it ended.
   * @throws DroverError `wait-timed-out` when it has not finished within `timeoutMs`; the job goes on.
   */
  wait<T extends TypeName<C> = TypeName<C>>(
    job: JobOrId<T>,
    options?: WaitOptions,
  ): Promise<FinishedJob<T, C>>;

  /** What happens to a job, as it happens; ends after the status with which it finishes. */
  follow<T extends TypeName<C> = TypeName<C>>(
    job: JobOrId<T>,
    options?: FollowOptions,
  ): AsyncGenerator<JobEvent<T, C>, void>;

  /** The lines that a job has written so far. */
  logs(job: JobOrId<string>, options?: LogsOptions): AsyncGenerator<LogLine, void>;

  /**
   * Cancels a job: one that has not started is `canceled` at once; one that is running is told to stop,
   * and still `running` in the answer.
   * @throws DroverError `job-finished`.
   */
  cancel<T extends TypeName<C> = TypeName<C>>(
    job: JobOrId<T>,
    options?: CallOptions,
  ): Promise<Job<T, C>>;

  /**
   * Runs a job again that has failed, expired or been canceled, under its id. Made only once where it is not
   * known whether the server has begun: twice could be one run too many.
   * @throws DroverError `job-not-retryable`.
   */
  retry<T extends TypeName<C> = TypeName<C>>(
    job: JobOrId<T>,
    options?: CallOptions,
  ): Promise<Job<T, C>>;

  /** The jobs that there are, and were: listed, searched, exported, changed many at once. */
  readonly jobs: Readonly<ReturnType<typeof jobListCalls>>;

  /** Jobs that need one another; `buildWorkflow` writes them with their types. */
  readonly workflows: Readonly<ReturnType<typeof workflowCalls>>;

  /** The jobs that the clock submits. */
  readonly schedules: Readonly<ReturnType<typeof scheduleCalls>>;

  /** What became of jobs: how many ended, how they ended, how long they waited and ran. */
  stats(options?: StatsOptions): Promise<JobStats>;

  /** The materialized views, through the server's cache. */
  readonly views: Readonly<ReturnType<typeof viewCalls>>;

  /** What the server's processes have cached. */
  readonly cache: Readonly<ReturnType<typeof cacheCalls>>;

  /** The jobs that have failed for good. */
  readonly deadLetters: Readonly<ReturnType<typeof deadLetterCalls>>;

  /** Who is told how jobs end, and what became of it. */
  readonly webhooks: Readonly<ReturnType<typeof webhookCalls>>;

  /** A file that a job made; its body is for the caller to read. */
  artifact(job: JobOrId<string>, name: string, options?: ArtifactOptions): Promise<Response>;
}

/**
 * A client of one server.
 * @throws TypeError when the URL, the key or a number is not one.
 */
export const createClient = <C extends JobTypeMap = Catalog>(options: ClientOptions): Client<C> => {
  const transport = connect(options);
  const pathOf = (job: JobOrId<string>) => `jobs/${segment(idOf(job))}`;

  return {
    ...operations(transport),
    cache: cacheCalls(transport),
    deadLetters: deadLetterCalls(transport),
    jobs: jobListCalls(transport),
    schedules: scheduleCalls(transport),
    stats: (options) => readStats(transport, options),
    views: viewCalls(transport),
    webhooks: webhookCalls(transport),
    workflows: workflowCalls(transport),
    submit: (type, payload, jobOptions, call = {}) =>
      submitJob(transport, { type, payload, options: jobOptions }, call),
    batch: async (jobs, call = {}) =>
      // Outcomes come in the order of the jobs, which is what their types say.
      (await submitBatch(transport, jobs, call)) as BatchReport<BatchOutcomes<typeof jobs, C>>,
    get: async <T extends TypeName<C>>(job: JobOrId<T>, { waitMs, signal }: GetOptions = {}) => {
      const request = { method: 'GET', path: pathOf(job), retry: 'always', signal } as const;
      return (await transport.request<Job<T, C>>({ ...request, ...heldFor(waitMs) })).body;
    },
    wait: (job, wait = {}) => waitForJob(transport, idOf(job), wait),
    follow: (job, follow = {}) => followJob(transport, idOf(job), follow),
    logs: (job, logs = {}) => jobLogs(transport, idOf(job), logs),
    cancel: (job, { signal } = {}) => cancelJob(transport, idOf(job), signal),
    retry: async <T extends TypeName<C>>(job: JobOrId<T>, { signal }: CallOptions = {}) => {
      const path = `${pathOf(job)}/retry`;
      const request = { method: 'POST', path, retry: 'when-refused', signal } as const;
      return (await transport.request<Job<T, C>>(request)).body;
    },
    artifact: (job, name, artifact = {}) => jobArtifact(transport, idOf(job), name, artifact),
  };
};
