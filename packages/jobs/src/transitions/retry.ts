import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import type { Job, RedisQueueBackend } from 'bullmq';
import type { JobEnvelope } from '../record/envelope.ts';
import { blockStep, prepareStep } from '../workflows/resume.ts';
import { announce } from './announce.ts';
import { reopenJob } from './reopen.ts';

export { reopenMs } from './reopen.ts';

/**
 * Runs a job that failed, was canceled or has expired again, under the same id, with as many attempts
 * as it had. Asked twice at once, it does so once. With a step of a workflow, the workflow goes on.
 * @param change a payload that takes the place of the one that it was submitted with.
 * @returns false when the job is in no such state (any more), or is a step of a workflow of which
 *   others are just ending.
 */
export const retryJob = async (
  queues: QueueSet,
  address: JobAddress,
  job: StoredJob,
  change?: { payload: unknown },
): Promise<boolean> => {
  if (job.place !== 'failed') return false;
  const task = (job.data as JobEnvelope).settle?.step;
  const how = task ? await prepareStep(queues, address, job, task) : 'run';
  if (how === 'busy') return false;
  if (how === 'block') return blockStep(queues, address, job, { ...change });
  if (!(await reopenJob(queues, address, job, change))) return false;
  const { id, queue, partition } = address;
  const backend = queues.get(queue, partition).backend as RedisQueueBackend;
  await backend.retryFinishedJob({ id, opts: {} } as Job, 'failed');
  announce(queues, address, 'status');
  return true;
};
