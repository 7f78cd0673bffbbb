import { CodedError } from '@drover/shared/errors';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { addJobs } from '../adding/add-jobs.ts';
import type { Added } from '../adding/addition.ts';
import { digestOf } from '../adding/idempotency-record.ts';
import { partitionOf } from '../record/placement.ts';
import { type QueuedJob, toQueuedJob, type ValidSubmission } from '../record/queued-job.ts';

/** Which slot of which schedule a job is for. */
export interface SlotOf {
  schedule: string;
  slot: number;
  /** How many partitions new jobs are spread over. */
  partitions: number;
}

const seedOf = ({ schedule, slot }: SlotOf): string => `schedule ${schedule}\n${slot}`;

/**
 * The job of a slot: asked for again, it has the same id, so that it is there once whoever adds it
 * how often. When it has ended, that is noted with the run.
 */
export const jobOfSlot = (submission: ValidSubmission, of: SlotOf): QueuedJob => {
  const seed = seedOf(of);
  const partition = partitionOf(of.partitions, seed);
  const schedule = { schedule: of.schedule, run: String(of.slot) };
  return toQueuedJob(
    { ...submission, settle: { ...submission.settle, schedule } },
    { partitions: of.partitions, derive: { seed, at: of.slot, partition } },
  );
};

/** The job that stands for an addition. */
const idOf = (added: Added | undefined, job: QueuedJob): string => {
  switch (added?.outcome) {
    case 'added':
    case 'deduplicated':
    case 'replayed':
      return added.id;
    case 'conflict':
      // The slot has its job; only what the schedule submits has changed since.
      return job.id;
    default:
      throw added?.error ?? new CodedError('submit-failed', 'the submission was not answered');
  }
};

/**
 * Adds the job of a slot. Beside its id, which is good for as long as the job is kept, a record
 * remembers for a day that the slot has had it.
 * @returns the id of the job that stands for the slot.
 * @throws Redis errors.
 */
export const submitSlot = async (queues: QueueSet, job: QueuedJob, of: SlotOf): Promise<string> => {
  const seed = seedOf(of);
  const idempotency = {
    digest: digestOf(job.data.tenant, seed),
    fingerprint: digestOf(job.name),
    partition: job.partition,
  };
  const [added] = await addJobs(queues, [{ job, idempotency }]);
  return idOf(added, job);
};
