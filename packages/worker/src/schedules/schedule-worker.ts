import { type DueSlot, type FiringParts, fireSlot } from '@drover/jobs/schedules/fire';
import { repeatStrategy, schedulePartition, scheduleQueue } from '@drover/jobs/schedules/place';
import { CodedError } from '@drover/shared/errors';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { RedisClient } from '@drover/shared/redis/client';
import type { Job } from 'bullmq';
import { internalWorker } from '../internal-worker.ts';

export interface ScheduleWorkerOptions extends FiringParts {
  /** Keeps its commands while Redis is away. */
  redis: RedisClient;
  /** Names this process in what BullMQ keeps. */
  worker: string;
}

/** BullMQ's own jobs are named after their slot; those of a repair carry it. */
const dueSlotOf = ({ id, data, repeatJobKey, opts }: Job): DueSlot => {
  const schedule = repeatJobKey ?? data?.schedule;
  const slot = opts.prevMillis ?? data?.slot;
  if (typeof schedule === 'string' && typeof slot === 'number') return { schedule, slot };
  throw new CodedError('schedule-job-invalid', `"${id}" is no job of a schedule`);
};

/**
 * Fires the slots that are due: when BullMQ hands one out, it has noted the next one already, so a
 * worker that dies here leaves both to the others.
 */
export const scheduleWorker = (options: ScheduleWorkerOptions): Component =>
  internalWorker({
    name: `worker:${scheduleQueue}`,
    queue: scheduleQueue,
    prefix: options.queues.keys.partition(schedulePartition),
    redis: options.redis,
    worker: options.worker,
    process: async (job) => {
      await fireSlot(options, dueSlotOf(job));
    },
    failed: {
      message: 'a slot was not fired; trying again',
      fields: (job) => ({ schedule: job?.repeatJobKey }),
    },
    settings: { repeatStrategy },
    log: options.log.child({ queue: scheduleQueue }),
  });
