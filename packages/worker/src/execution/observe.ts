import { channel } from 'node:diagnostics_channel';
import type { Log } from '@drover/shared/log';
import type { ClaimedJob } from './claimed-job.ts';
import type { Outcome } from './settle.ts';

/** Published when a worker has claimed a job and begins with it: `{ id, type }`. */
export const jobStarted = channel('drover:job:started');

/** Published when an attempt is over: `{ id, type, outcome, durationMs }`. */
export const jobEnded = channel('drover:job:ended');

export const observeStart = ({ id, job }: ClaimedJob, log: Log) => {
  log.debug('started');
  if (jobStarted.hasSubscribers) jobStarted.publish({ id, type: job.name });
};

export const observeEnd = (
  { id, job, startedAt }: ClaimedJob,
  outcome: Outcome,
  log: Log,
  err?: Error,
) => {
  const durationMs = Date.now() - startedAt;
  const level = outcome === 'failed' || outcome === 'lost' ? 'warn' : 'info';
  log[level]({ outcome, durationMs, ...(err && { reason: err.message }) }, outcome);
  if (jobEnded.hasSubscribers) jobEnded.publish({ id, type: job.name, outcome, durationMs });
};
