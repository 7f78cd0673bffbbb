import type { WorkerStatus } from '@drover/jobs/contract/operations';
import { type JobMoment, jobEnded, jobStarted } from './execution/observe.ts';

type RunningJob = WorkerStatus['running'][number];

/** The jobs that this process runs now: as many as its queues run at once, at most. */
export interface RunningJobs {
  /** Those that have run longest come first. */
  list(): RunningJob[];
  stop(): void;
}

/** A job whose lock was lost can be claimed anew before its first run is over. */
const runOf = ({ id, startedAt }: JobMoment): string => `${id} ${startedAt}`;

/** Follows what the execution of jobs publishes, until it is stopped. */
export const followRunningJobs = (): RunningJobs => {
  const running = new Map<string, RunningJob>();
  const onStart = (message: unknown) => {
    const moment = message as JobMoment;
    const { id, type, attempt } = moment;
    const startedAt = new Date(moment.startedAt).toISOString();
    running.set(runOf(moment), { id, type, attempt, startedAt });
  };
  const onEnd = (message: unknown) => {
    running.delete(runOf(message as JobMoment));
  };
  jobStarted.subscribe(onStart);
  jobEnded.subscribe(onEnd);
  return {
    list: () => [...running.values()],
    stop: () => {
      jobStarted.unsubscribe(onStart);
      jobEnded.unsubscribe(onEnd);
    },
  };
};
