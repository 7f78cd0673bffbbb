import type { QueueName } from '@drover/jobs/definition/queues';
import { keptMinutes } from '@drover/jobs/operations/queue-status';
import { announce } from '@drover/jobs/transitions/announce';
import { noteRetried } from '@drover/jobs/transitions/indexes';
import type { JobAddress } from '@drover/shared/job-id';
import { deadlineIn, within } from '@drover/shared/lifecycle/deadline';
import type { Component } from '@drover/shared/lifecycle/stack';
import { isRedisUnavailable } from '@drover/shared/redis/unavailable';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAttempt, retryDelayOf } from './execution/aftermath.ts';
import { LockLost, ShuttingDown } from './execution/interruption.ts';
import { executeJob, type Workshop } from './execution/pipeline.ts';

/**
 * A job is taken to be lost when its worker has not renewed the lock for this long. A check marks
 * the job, and the next one after the lock has expired puts it back. Checks of several workers get
 * in each other's way, so one may be skipped: recovery takes 8 + 2 · 3 = 14 s at most.
 */
export const lockDurationMs = 8_000;
export const stalledIntervalMs = 3_000;

/** A job that has lost this many workers is buried at the next loss: 3 losses in all. */
const forgivenLosses = 2;

/** Time that is left for handing jobs back when a stop has a deadline, in milliseconds. */
const handBackMs = 3_000;

/** How soon a worker tries again after Redis went away. BullMQ's default is 15 s. */
const redisRetryMs = 500;

export interface QueueWorkerOptions {
  queue: QueueName;
  partition: number;
  prefix: string;
  concurrency: number;
  redis: Redis;
  workshop: Workshop;
  /** How long running jobs may go on when the worker stops. */
  graceMs: number;
}

const seconds = (ms: number) => Math.ceil(ms / 1_000);

type Execute = (job: Job, token?: string, signal?: AbortSignal) => Promise<unknown>;

const createWorker = (options: QueueWorkerOptions, execute: Execute): Worker => {
  const { workshop } = options;
  const { keep } = workshop;
  // BullMQ asks Redis for its version: it waits for delayed jobs to the millisecond only where it knows
  // that the server can, and would else be up to a second late.
  return new Worker(
    options.queue,
    // BullMQ passes a signal only to processors that name three parameters.
    (job, token, signal) => execute(job, token, signal),
    {
      name: workshop.worker,
      connection: options.redis,
      prefix: options.prefix,
      autorun: false,
      concurrency: options.concurrency,
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

/** Makes BullMQ ask this worker for the delay before the next attempt; jobs do not carry the wish. */
const strategy = { type: 'policy' };

/** Claims and executes the jobs of one queue in one partition. */
export const queueWorker = (options: QueueWorkerOptions): Component => {
  const log = options.workshop.log.child({ queue: options.queue, partition: options.partition });
  let worker: Worker | undefined;
  let running = 0;

  const { workshop } = options;

  const addressOf = (id: string): JobAddress => ({
    id,
    queue: options.queue,
    partition: options.partition,
  });

  const warnOf = (what: string) => (err: Error) => log.warn({ reason: err.message }, what);

  const announceStart = (job: Job, address: JobAddress) => {
    announce(workshop.queues, address, 'status');
    if (job.attemptsStarted > 1 || job.data?.base !== undefined) {
      noteRetried(workshop.queues, address).catch(warnOf('a retry was not counted'));
    }
  };

  const finish = (outcome: 'completed' | 'failed', job: Job) => {
    const aftermath = afterAttempt(outcome, job, addressOf(job.id ?? ''), workshop);
    aftermath.catch(warnOf('the retention of a job was not kept, or its followers not told'));
  };

  const execute: Execute = async (job, token, signal) => {
    if (!job.id || !token || !signal) {
      throw new UnrecoverableError('claimed without id, token or signal');
    }
    running += 1;
    const address = addressOf(job.id);
    const cancellation = workshop.cancellations.watch({
      id: job.id,
      key: workshop.queues.keys.inQueue(address.queue, address.partition, job.id),
    });
    job.opts.backoff = strategy;
    announceStart(job, address);
    try {
      const claimed = {
        job,
        id: job.id,
        address,
        token,
        signal: AbortSignal.any([signal, cancellation.signal]),
        startedAt: Date.now(),
      };
      return await executeJob(claimed, workshop);
    } finally {
      cancellation.done();
      running -= 1;
    }
  };

  /**
   * Stops claiming at once; running jobs get the grace, then they are interrupted and go back to the
   * queue. A worker that runs nothing need not wait for a Redis that is away.
   */
  const drain = async (bull: Worker, graceMs: number) => {
    const nothingToSettle = running === 0 && options.redis.status !== 'ready';
    const closed = bull.close(nothingToSettle);
    try {
      await within(deadlineIn(graceMs), 'finishing running jobs', closed);
    } catch {
      log.warn('the grace is over: handing running jobs back');
      // BullMQ passes the reason on to the signal as it is; its type says string only.
      bull.cancelAllJobs(new ShuttingDown() as unknown as string);
      await closed;
    }
  };

  return {
    name: `worker:${options.queue}.${options.partition}`,
    start: async () => {
      const bull = createWorker(options, execute);
      worker = bull;
      // A lost connection is reported once, by the connection itself.
      bull.on('error', (err) => {
        log[isRedisUnavailable(err) ? 'debug' : 'warn']({ reason: err.message }, 'BullMQ worker');
      });
      bull.on('stalled', (id) => {
        log.warn({ jobId: id }, 'the worker of this job was lost');
        announce(workshop.queues, addressOf(id), 'status');
      });
      bull.on('lockRenewalFailed', (ids) => {
        for (const id of ids) bull.cancelJob(id, new LockLost() as unknown as string);
      });
      bull.on('completed', (job) => finish('completed', job));
      bull.on('failed', (job) => job && finish('failed', job));
      await bull.waitUntilReady();
      // Runs until it is closed. Should it ever fail, the process ends and is started anew.
      void bull.run();
    },
    stop: async (deadline) => {
      const graceMs = Math.min(options.graceMs, deadline.remainingMs() - handBackMs);
      if (worker) await drain(worker, Math.max(0, graceMs));
    },
  };
};
