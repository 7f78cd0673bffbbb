import { toError } from '@drover/shared/errors';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { addJobs } from '../adding/add-jobs.ts';
import type { JobType } from '../definition/define-job.ts';
import { partitionOf } from '../record/placement.ts';
import { toQueuedJob } from '../record/queued-job.ts';
import { systemTenant } from '../schedules/definition.ts';
import type { ViewRecord } from './record.ts';

/**
 * How long requests after the same attempt are for the same job, in milliseconds. A job that ended
 * before it began its attempt, lost or canceled, stands in nobody's way for longer.
 */
const sameRequestMs = 600_000;

export interface RequestParts {
  queues: QueueSet;
  /** `view.refresh`. */
  type: JobType;
  /** How many partitions new jobs are spread over. */
  partitions: number;
}

/**
 * Asks for one refresh after the attempt that a record tells of. Whoever asks after the same attempt,
 * in any process and as often as they like, asks for the same job: its id is derived of it. An attempt
 * is counted before its snapshot of the data is taken, so a change that it misses is followed by a
 * request for the next one.
 * @returns the job's id.
 * @throws Redis errors.
 */
export const requestRefresh = async (
  { queues, type, partitions }: RequestParts,
  { name, generation, attemptedAt }: Pick<ViewRecord, 'name' | 'generation' | 'attemptedAt'>,
): Promise<string> => {
  const seed = `refresh ${name}\n${generation}\n${Math.floor(Date.now() / sameRequestMs)}`;
  const partition = partitionOf(partitions, seed);
  const derive = { seed, at: Math.floor(attemptedAt), partition };
  const submission = { type, payload: { view: name }, tenant: systemTenant };
  const job = toQueuedJob(submission, { partitions, derive });
  const [added] = await addJobs(queues, [{ job }]);
  if (added?.outcome === 'failed') throw toError(added.error);
  return job.id;
};
