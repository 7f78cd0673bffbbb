import { type DueSlot, type FiringParts, fireSlot } from '@drover/jobs/schedules/fire';
import { repeatStrategy, schedulePartition, scheduleQueue } from '@drover/jobs/schedules/place';
import { CodedError, toError } from '@drover/shared/errors';
import type { Component } from '@drover/shared/lifecycle/stack';
import { isRedisUnavailable } from '@drover/shared/redis/unavailable';
import { type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { lockDurationMs, stalledIntervalMs } from '../bull-worker.ts';

/** Slots that one process fires at once: each waits for Redis, little else. */
const concurrency = 50;

/** Waits between attempts, in milliseconds: doubled from the first to the last. */
const firstRetryMs = 100;
const lastRetryMs = 10_000;

/** How soon a worker tries again after Redis went away. BullMQ's default is 15 s. */
const redisRetryMs = 500;

/** Losing its worker says nothing against a slot: it is put back as often as it takes. */
const forgivenLosses = Number.MAX_SAFE_INTEGER;

export interface ScheduleWorkerOptions extends FiringParts {
  /** Keeps its commands while Redis is away. */
  redis: Redis;
  /** Names this process in what BullMQ keeps. */
  worker: string;
}

const retryDelayOf = (attemptsMade: number): number =>
  Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(20, attemptsMade - 1));

/** BullMQ's own jobs are named after their slot; those of a repair carry it. */
const dueSlotOf = ({ id, data, repeatJobKey, opts }: Job): DueSlot => {
  const schedule = repeatJobKey ?? data?.schedule;
  const slot = opts.prevMillis ?? data?.slot;
  if (typeof schedule === 'string' && typeof slot === 'number') return { schedule, slot };
  throw new CodedError('schedule-job-invalid', `"${id}" is no job of a schedule`);
};

const createWorker = (options: ScheduleWorkerOptions): Worker =>
  new Worker(
    scheduleQueue,
    async (job) => {
      await fireSlot(options, dueSlotOf(job));
    },
    {
      name: options.worker,
      connection: options.redis,
      prefix: options.queues.keys.partition(schedulePartition),
      autorun: false,
      concurrency,
      lockDuration: lockDurationMs,
      stalledInterval: stalledIntervalMs,
      maxStalledCount: forgivenLosses,
      runRetryDelay: redisRetryMs,
      removeOnComplete: { count: 0 },
      settings: { backoffStrategy: retryDelayOf, repeatStrategy },
    },
  );

/**
 * Fires the slots that are due: when BullMQ hands one out, it has noted the next one already, so a
 * worker that dies here leaves both to the others.
 */
export const scheduleWorker = (options: ScheduleWorkerOptions): Component => {
  const log = options.log.child({ queue: scheduleQueue });
  let worker: Worker | undefined;
  let running = 0;

  const listenTo = (bull: Worker) => {
    bull.on('error', (err) => {
      log[isRedisUnavailable(err) ? 'debug' : 'warn']({ reason: err.message }, 'BullMQ worker');
    });
    bull.on('active', () => {
      running += 1;
    });
    bull.on('completed', () => {
      running -= 1;
    });
    bull.on('failed', (job, thrown) => {
      running -= 1;
      const err = toError(thrown);
      const level = isRedisUnavailable(err) ? 'debug' : 'error';
      log[level]({ err, schedule: job?.repeatJobKey }, 'a slot was not fired; trying again');
    });
  };

  return {
    name: `worker:${scheduleQueue}`,
    start: async () => {
      const bull = createWorker(options);
      worker = bull;
      listenTo(bull);
      await bull.waitUntilReady();
      void bull.run();
    },
    // What is under way takes a moment; without Redis there is nothing to wait for.
    stop: async () => worker?.close(running === 0 && options.redis.status !== 'ready'),
  };
};
