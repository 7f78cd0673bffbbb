import { channel } from 'node:diagnostics_channel';
import type { Log } from '@drover/shared/log';
import type { ClaimedJob } from './claimed-job.ts';
import type { Outcome } from './settle.ts';

/** What is published of an attempt. */
export interface JobMoment {
  id: string;
  type: string;
  attempt: number;
  /** When it began, in milliseconds since 1970. */
  startedAt: number;
}

const momentOf = ({ id, job, startedAt }: ClaimedJob): JobMoment => ({
  id,
  type: job.name,
  attempt: job.attemptsMade + 1,
  startedAt,
});

/** Published when a worker has claimed a job and begins with it: {@link JobMoment}. */
export const jobStarted = channel('drover:job:started');

/** Published when an attempt is over: {@link JobMoment} with `outcome` and `durationMs`. */
export const jobEnded = channel('drover:job:ended');

export const observeStart = (claimed: ClaimedJob, log: Log) => {
  log.debug('started');
  if (jobStarted.hasSubscribers) jobStarted.publish(momentOf(claimed));
};

export const observeEnd = (claimed: ClaimedJob, outcome: Outcome, log: Log, err?: Error) => {
  const durationMs = Date.now() - claimed.startedAt;
  const level = outcome === 'failed' || outcome === 'lost' ? 'warn' : 'info';
  log[level]({ outcome, durationMs, ...(err && { reason: err.message }) }, outcome);
  if (jobEnded.hasSubscribers) jobEnded.publish({ ...momentOf(claimed), outcome, durationMs });
};
