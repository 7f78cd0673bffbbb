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
  /** The same over all attempts: give it to third parties as an idempotency key. */
  key: string;
  /** Aborts when the attempt times out, the worker shuts down or the job is no longer this worker's. */
  signal: AbortSignal;
  /** Tells how far the job is, from 0 to 1; cheap enough to call in a loop. */
  progress(fraction: number, note?: string): void;
  /** Lines kept with the job and written to the worker's log. */
  log: JobLog;
  services: Services;
  artifacts: JobArtifacts;
}

export interface JobLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
