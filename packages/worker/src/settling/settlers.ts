import type { SettleTasks } from '@drover/jobs/settling/tasks';
import type { JobAddress } from '@drover/shared/job-id';
import type { StoredJob } from '@drover/shared/queues/stored-job';

/** A job that has ended, as its settle job knows it. */
export interface EndedJob {
  address: JobAddress;
  /** Which end it was: 0 for the first, then the time of the end before. Ids are derived from it. */
  round: number;
  /** The settle job's key: beside it BullMQ keeps how the job ended, should the job be gone. */
  settleKey: string;
  /**
   * The job as it is now, read once. Undefined: its time is over. It may run again, as well: then a
   * later round settles it.
   */
  read(): Promise<StoredJob | undefined>;
}

/**
 * Does what is to be done when a job has ended. It is idempotent: a worker that dies is followed by
 * another, who does the same again. What it throws is logged, and tried again later.
 */
export type Settler<Task> = (task: Task, ended: EndedJob) => Promise<void>;

/** Who settles which kind of task. */
export type Settlers = {
  readonly [Kind in keyof SettleTasks]-?: Settler<NonNullable<SettleTasks[Kind]>>;
};
