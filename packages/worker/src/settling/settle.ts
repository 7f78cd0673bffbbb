import { settleData, settleQueue } from '@drover/jobs/settling/settle-job';
import type { SettleTasks } from '@drover/jobs/settling/tasks';
import { CodedError } from '@drover/shared/errors';
import { parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import type { EndedJob, Settler, Settlers } from './settlers.ts';

/** The ended job of a settle job. */
const endedJob = (queues: QueueSet, settleId: string, id: string, round: number): EndedJob => {
  const address = parseJobId(id);
  if (!address) throw new CodedError('settle-job-invalid', `"${id}" is no job id`);
  let reading: Promise<StoredJob | undefined> | undefined;
  return {
    address,
    round,
    settleKey: queues.keys.inQueue(settleQueue, address.partition, settleId),
    read: () => {
      reading ??= queues.read(address);
      return reading;
    },
  };
};

/**
 * Does all that a settle job is for, its kinds at once. One that fails does not keep the others; then
 * all are done again.
 * @throws what the first that failed has thrown.
 */
export const settle = async (
  { queues, settlers }: { queues: QueueSet; settlers: Settlers },
  { id, data }: { id: string; data: unknown },
): Promise<void> => {
  const { job, round, tasks } = settleData.parse(data);
  const ended = endedJob(queues, id, job, round);
  const kinds = Object.keys(tasks) as (keyof SettleTasks)[];
  const outcomes = await Promise.allSettled(
    // Kind and task belong together, which the type of an index does not say.
    kinds.map((kind) => (settlers[kind] as Settler<unknown>)(tasks[kind], ended)),
  );
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
};
