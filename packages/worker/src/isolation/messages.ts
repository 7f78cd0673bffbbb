import type { NewJob, NewWorkflow, SubmittedJob } from '@drover/jobs/definition/context';
import type { Config } from '@drover/shared/config';
import type { JobFacts } from '../execution/context.ts';
import type { LogLevel } from '../execution/job-log.ts';
import type { Thrown } from '../execution/thrown.ts';

/**
 * What a worker and its child processes say to each other, as JSON. `run` numbers the jobs that a child
 * is given: what is said of an earlier one comes too late.
 */

/** All that a child needs to know before its first job. */
export interface Briefing {
  config: Config;
  /** URL of the module whose `jobTypes` are the job types. */
  catalog: string;
}

/** A job as a child is given it; the payload as it was submitted. */
export interface IsolatedJob extends JobFacts {
  type: string;
  payload: unknown;
}

export type ToChild =
  | { kind: 'brief'; briefing: Briefing }
  | { kind: 'run'; run: number; job: IsolatedJob }
  /** The job's signal is to abort. */
  | { kind: 'interrupt'; run: number; code: string; message: string }
  /** What became of a submission. */
  | { kind: 'submitted'; run: number; call: number; job: SubmittedJob }
  | { kind: 'refused'; run: number; call: number; thrown: Thrown };

export type FromChild =
  | { kind: 'ready' }
  /** From now on the handler may have had an effect. */
  | { kind: 'begun'; run: number }
  | { kind: 'progress'; run: number; fraction: number; note?: string }
  | {
      kind: 'log';
      run: number;
      level: LogLevel;
      message: string;
      fields?: Record<string, unknown>;
    }
  | { kind: 'submit'; run: number; call: number; job: NewJob | NewWorkflow; name?: string }
  | { kind: 'returned'; run: number; result: unknown }
  | { kind: 'threw'; run: number; thrown: Thrown }
  /** An error of the handler's was caught by nobody: the process is not to be used again. */
  | { kind: 'broke'; run: number; thrown: Thrown };

/** Handlers can send what they like: what is none of our messages is not heard. */
export const isFromChild = (message: unknown): message is FromChild =>
  typeof message === 'object' && message !== null && 'kind' in message;
