import { type QueueName, queueNames } from '@drover/jobs/definition/queues';
import { toQueuedJob } from '@drover/jobs/record/queued-job';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { CheckedSchedule } from './schedule.ts';

/** Schedules live in the first partition: it is the one that there always is. */
const partition = 0;

/** Whose jobs the declared schedules make. */
const tenant = 'system';

const upsert = async (schedule: CheckedSchedule, queues: QueueSet) => {
  const { name, data, opts } = toQueuedJob(schedule.job, { payload: schedule.payload, tenant }, 1);
  const { jobId: _derivedByBullMQ, ...template } = opts;
  await queues
    .get(schedule.job.queue, partition)
    .upsertJobScheduler(
      schedule.id,
      { pattern: schedule.cron, tz: schedule.timezone },
      { name, data, opts: template },
    );
};

const prune = async (queue: QueueName, keep: ReadonlySet<string>, queues: QueueSet) => {
  const bull = queues.get(queue, partition);
  const gone = (await bull.getJobSchedulers()).filter(({ key }) => !keep.has(key));
  for (const { key } of gone) await bull.removeJobScheduler(key);
  return gone.length;
};

/**
 * Makes BullMQ's job schedulers equal to the declared schedules: those that are missing or changed
 * are written, those that are no longer declared are removed. Safe to run in any number of processes.
 */
export const syncSchedules = async (
  schedules: readonly CheckedSchedule[],
  queues: QueueSet,
): Promise<{ declared: number; pruned: number }> => {
  await Promise.all(schedules.map((schedule) => upsert(schedule, queues)));
  const pruned = await Promise.all(
    queueNames.map((queue) => {
      const keep = schedules.filter(({ job }) => job.queue === queue).map(({ id }) => id);
      return prune(queue, new Set(keep), queues);
    }),
  );
  return { declared: schedules.length, pruned: pruned.reduce((sum, count) => sum + count, 0) };
};
