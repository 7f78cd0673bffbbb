import { isTerminal } from '@drover/jobs/contract/job-resource';
import { toResource } from '@drover/jobs/record/job-resource';
import { closeRun } from '@drover/jobs/schedules/runs';
import type { ScheduleTask } from '@drover/jobs/settling/tasks';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Settler } from './settlers.ts';

/** Notes with a run of a schedule how its job has ended. */
export const scheduleSettler =
  (queues: QueueSet): Settler<ScheduleTask> =>
  async (task, { address, read }) => {
    const job = await read();
    if (!job) return closeRun(queues, task, {});
    const { status } = toResource(address, job);
    // It runs again: a later round comes for that.
    if (!isTerminal(status)) return;
    await closeRun(queues, task, {
      status,
      ...(job.finishedOn !== undefined && { endedAt: job.finishedOn }),
    });
  };
