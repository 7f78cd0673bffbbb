import type { TraceContext } from '@drover/shared/tracing/trace-context';
import type { SubmissionOptionsInput } from '../contract/submission.ts';
import type { WorkflowSubmissionInput } from '../contract/workflow.ts';
import type { JobArtifacts, Services } from './services.ts';

/** What a handler gets. */
export interface JobContext<Payload> {
  payload: Payload;
  /** The job's id, as in its URL. */
  id: string;
  /** Whose job it is. */
  tenant: string;
  /** Which attempt this is, from 1. Lost workers do not count. */
  attempt: number;
  /** How many times a worker was lost while it ran this job. */
  losses: number;
  /**
   * When the job was submitted, or last retried or redriven: since then its attempts count. Milliseconds
   * since 1970.
   */
  since: number;
  /** The same over all attempts: give it to third parties as an idempotency key. */
  key: string;
  /** What the attempt is a part of, where it is traced: headers to send with requests of its own. */
  trace?: TraceContext | undefined;
  /** Aborts when the attempt times out, the worker shuts down or the job is no longer this worker's. */
  signal: AbortSignal;
  /** Tells how far the job is, from 0 to 1; cheap enough to call in a loop. */
  progress(fraction: number, note?: string): void;
  /** Lines kept with the job and written to the worker's log. */
  log: JobLog;
  services: Services;
  artifacts: JobArtifacts;
  /**
   * Enqueues more work, of the same tenant: a job, or a workflow as in the body of `POST /workflows`. A
   * retried attempt that submits again under the same name
   * gets the job of the first time, for as long as that job is kept. Without a name, the submission's
   * number within the attempt stands for it: then the attempts must submit the same, in the same order.
   * @throws PermanentError `invalid-submission`, `unknown-job-type` or `submit-conflict`; other errors
   *   are worth a retry.
   */
  submit(work: NewJob | NewWorkflow, options?: { name?: string }): Promise<SubmittedJob>;
}

/** A submission, as in the body of `POST /jobs`. */
export interface NewJob {
  type: string;
  payload?: unknown;
  options?: SubmissionOptionsInput;
}

/** A workflow, as in the body of `POST /workflows`. */
export type NewWorkflow = WorkflowSubmissionInput;

/** A job or a workflow that was submitted. */
export interface SubmittedJob {
  id: string;
  /** Its path in the API. */
  url: string;
}

export interface JobLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
