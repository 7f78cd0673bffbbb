import { isDeepStrictEqual } from 'node:util';
import { queueNames } from '@drover/jobs/definition/queues';
import { toQueuedJob } from '@drover/jobs/record/queued-job';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Queue } from 'bullmq';
import type { CheckedSchedule } from './schedule.ts';

/** Schedules live in the first partition: it is the one that there always is. */
const partition = 0;

/** Whose jobs the declared schedules make. */
const tenant = 'system';

type Stored = Awaited<ReturnType<Queue['getJobSchedulers']>>[number];

const isSame = (schedule: CheckedSchedule, stored: Stored | undefined): boolean =>
  stored?.pattern === schedule.cron &&
  stored.tz === schedule.timezone &&
  stored.name === schedule.type &&
  isDeepStrictEqual(stored.template?.data, toTemplate(schedule).data);

const toTemplate = (schedule: CheckedSchedule) => {
  const submission = { type: schedule.job, payload: schedule.payload, tenant };
  const { name, data, opts } = toQueuedJob(submission, { partitions: 1 });
  return { name, data, opts };
};

/** Writes one queue's schedules where they are missing or differ, and removes those that are gone. */
const syncQueue = async (bull: Queue, schedules: readonly CheckedSchedule[]) => {
  const stored = new Map((await bull.getJobSchedulers()).map((it) => [it.key, it]));
  // Writing one that is as it should be would take away its next job, even one that is due.
  const changed = schedules.filter((schedule) => !isSame(schedule, stored.get(schedule.id)));
  for (const schedule of changed) {
    const { id, cron, timezone } = schedule;
    await bull.upsertJobScheduler(id, { pattern: cron, tz: timezone }, toTemplate(schedule));
  }
  const declared = new Set(schedules.map(({ id }) => id));
  const gone = [...stored.keys()].filter((id) => !declared.has(id));
  for (const id of gone) await bull.removeJobScheduler(id);
  return { written: changed.length, pruned: gone.length };
};

/** What a synchronisation did. */
export interface SyncReport {
  declared: number;
  written: number;
  pruned: number;
}

/**
 * Makes BullMQ's job schedulers equal to the declared schedules: those that are missing or changed
 * are written, those that are no longer declared are removed. Safe to run in any number of processes.
 */
export const syncSchedules = async (
  schedules: readonly CheckedSchedule[],
  queues: QueueSet,
): Promise<SyncReport> => {
  const reports = await Promise.all(
    queueNames.map((name) =>
      syncQueue(
        queues.get(name, partition),
        schedules.filter(({ job }) => job.queue === name),
      ),
    ),
  );
  return {
    declared: schedules.length,
    written: reports.reduce((sum, { written }) => sum + written, 0),
    pruned: reports.reduce((sum, { pruned }) => sum + pruned, 0),
  };
};
