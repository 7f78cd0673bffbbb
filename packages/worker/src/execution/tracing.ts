import { tracingChannel } from 'node:diagnostics_channel';
import type { Attempt } from './attempt.ts';
import type { Ending } from './ending.ts';
import type { Layer } from './layer.ts';

/** What is published of an attempt. */
export interface JobRun {
  id: string;
  type: string;
  queue: string;
  tenant: string | undefined;
  attempt: number;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** There when the attempt is over. */
  result?: Ending;
}

/**
 * Every attempt of this process: `start` when it begins, `asyncEnd` when it is over, the same
 * {@link JobRun} each time. Metrics and traces subscribe; `start.bindStore` gives the handler a context.
 */
export const jobRuns = tracingChannel<unknown, JobRun>('drover:job');

const runOf = ({ id, job, address, envelope, number, startedAt }: Attempt): JobRun => ({
  id,
  type: job.name,
  queue: address.queue,
  tenant: envelope?.tenant,
  attempt: number,
  startedAt,
});

/** Publishes the attempt, where anybody listens. */
export const traced: Layer<Ending> = (attempt, next) =>
  jobRuns.hasSubscribers
    ? jobRuns.tracePromise(next, runOf(attempt), undefined, attempt)
    : next(attempt);
