import type { QueueName } from '@drover/jobs/definition/queues';
import { keptMinutes } from '@drover/jobs/operations/queue-status';
import type { RedisClient } from '@drover/shared/redis/client';
import { isRedisUnavailable } from '@drover/shared/redis/unavailable';
import { type Job, Worker } from 'bullmq';
import { retryDelayOf } from './execution/aftermath.ts';
import { forgivenLosses } from './execution/registering.ts';
import type { Workshop } from './execution/workshop.ts';

/**
 * A job is taken to be lost when its worker has not renewed the lock for this long. A check marks
 * the job, and the next one after the lock has expired puts it back. Checks of several workers get
 * in each other's way, so one may be skipped: recovery takes 8 + 2 · 3 = 14 s at most.
 */
export const lockDurationMs = 8_000;
export const stalledIntervalMs = 3_000;

/** How soon a worker tries again after Redis went away. BullMQ's default is 15 s. */
export const redisRetryMs = 500;

/** How soon a worker that waits for the next window of a rate limit hears that the limit was changed. */
const rateLimitRecheckMs = 1_000;

export interface BullWorkerOptions {
  queue: QueueName;
  prefix: string;
  concurrency: number;
  redis: RedisClient;
  workshop: Workshop;
}

const seconds = (ms: number) => Math.ceil(ms / 1_000);

export type Execute = (job: Job, token?: string) => Promise<unknown>;

/** A BullMQ worker that claims nothing before it is run. */
export const createBullWorker = (options: BullWorkerOptions, execute: Execute): Worker => {
  const { workshop, concurrency } = options;
  const { keep } = workshop;
  // BullMQ asks Redis for its version: it waits for delayed jobs to the millisecond only where it knows
  // that the server can, and would else be up to a second late.
  return new Worker(
    options.queue,
    // Without a third parameter, BullMQ makes no signal of its own for each job.
    (job, token) => execute(job, token),
    {
      name: workshop.worker,
      connection: options.redis,
      prefix: options.prefix,
      autorun: false,
      concurrency,
      maximumRateLimitDelay: rateLimitRecheckMs,
      lockDuration: lockDurationMs,
      stalledInterval: stalledIntervalMs,
      maxStalledCount: forgivenLosses,
      runRetryDelay: redisRetryMs,
      removeOnComplete: { age: seconds(keep.succeededMs) },
      removeOnFail: { age: seconds(keep.failedMs) },
      metrics: { maxDataPoints: keptMinutes },
      settings: {
        backoffStrategy: (failures, _type, _err, job) =>
          job ? retryDelayOf(job, failures, workshop) : 0,
      },
    },
  );
};

/** BullMQ looks for free slots when a job ends; after a pause of no length, it does so at once. */
export const lookForSlots = (worker: Worker): void => {
  void worker.pause(true);
  void worker.resume();
};

/** Whether Redis itself has said no, as opposed to a connection that is lost. */
export const isRefusal = (err: Error): boolean =>
  err.name === 'ReplyError' && isRedisUnavailable(err);
