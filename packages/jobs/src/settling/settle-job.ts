import { derivedJobId, type JobAddress, submittedAt } from '@drover/shared/job-id';
import type { Keys } from '@drover/shared/keys';
import { z } from 'zod';
import { type SettleTasks, settleTasks } from './tasks.ts';

/**
 * The internal queue of what is to be done when a job has ended, in every partition. A settle job is
 * the BullMQ parent of the job that it waits for: the very script that ends the one makes the other
 * wait for a worker, so that no crash can come between the two.
 */
export const settleQueue = 'settle';

/** The data of a settle job: all that is known of the job that it waits for, which may be gone by then. */
export const settleData = z.object({
  job: z.string(),
  /** Which end of the job it waits for: 0 for the first, then the time of the end before. */
  round: z.number(),
  tasks: settleTasks,
});

export type SettleData = z.output<typeof settleData>;

/** A settle job that is ready to be stored. */
export interface SettleJob {
  id: string;
  partition: number;
  data: SettleData;
}

/** The settle job of a job and a round of it: asked for again, it is the same. */
export const settleJobOf = (
  { id, partition }: Pick<JobAddress, 'id' | 'partition'>,
  tasks: SettleTasks,
  round = 0,
): SettleJob => ({
  id: derivedJobId(settleQueue, partition, {
    seed: `${id}\n${round}`,
    at: submittedAt(id) ?? 0,
  }),
  partition,
  data: { job: id, round, tasks },
});

/** What the names of the settle jobs' keys begin with, without the colon. */
export const settleQueueKey = (keys: Keys, partition: number): string =>
  keys.inQueue(settleQueue, partition, '').slice(0, -1);

/** How BullMQ asks the settle worker for the delay before the next attempt. */
export const settleBackoff = 'settle';

/**
 * BullMQ's options of every settle job, as JSON: the first come first, and it is tried again for as
 * long as it takes, for what an ended job is owed does not run out.
 */
export const settleOptions = JSON.stringify({
  attempts: 1_000_000,
  priority: 1,
  backoff: { type: settleBackoff },
});

/** A settle job as `tie` in `lua.ts` takes it: id, name, data. */
export const toTieParameters = ({ id, data }: SettleJob): [string, string, string] => [
  id,
  Object.keys(data.tasks).join('+'),
  JSON.stringify(data),
];
