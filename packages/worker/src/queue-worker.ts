import type { QueueName } from '@drover/jobs/definition/queues';
import { backoffDelayMs } from '@drover/jobs/definition/retry-policy';
import type { Config } from '@drover/shared/config';
import { deadlineIn, within } from '@drover/shared/lifecycle/deadline';
import type { Component } from '@drover/shared/lifecycle/stack';
import { isRedisUnavailable } from '@drover/shared/redis/unavailable';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { LockLost, ShuttingDown } from './execution/interruption.ts';
import { executeJob, type Workshop } from './execution/pipeline.ts';

/**
 * A job is taken to be lost when its worker has not renewed the lock for this long. With
 * {@link stalledIntervalMs} this bounds recovery after a crash: a check marks the job, and the next
 * check after the lock has expired puts it back, so 12 s at most.
 */
export const lockDurationMs = 8_000;
export const stalledIntervalMs = 4_000;

/** A job that has lost this many workers is buried at the next loss: 3 losses in all. */
const forgivenLosses = 2;

/** How soon a worker tries again after Redis went away. BullMQ's default is 15 s. */
const redisRetryMs = 500;

export interface QueueWorkerOptions {
  queue: QueueName;
  partition: number;
  prefix: string;
  concurrency: number;
  redis: Redis;
  workshop: Workshop;
  keep: Config['keep'];
  /** How long running jobs may go on when the worker stops. */
  graceMs: number;
}

const seconds = (ms: number) => Math.ceil(ms / 1_000);

const createWorker = (options: QueueWorkerOptions): Worker => {
  const { workshop, keep } = options;
  const execute = (job: Job, token: string | undefined, signal: AbortSignal | undefined) => {
    if (!job.id || !token || !signal)
      throw new UnrecoverableError('claimed without id, token or signal');
    return executeJob({ job, id: job.id, token, signal, startedAt: Date.now() }, workshop);
  };
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
      settings: {
        backoffStrategy: (failures, _type, _err, job) => {
          const type = workshop.catalog.get(job?.name ?? '');
          return type ? backoffDelayMs(type.retry.backoff, failures) : 0;
        },
      },
    },
  );
};

/** Claims and executes the jobs of one queue in one partition. */
export const queueWorker = (options: QueueWorkerOptions): Component => {
  const log = options.workshop.log.child({ queue: options.queue, partition: options.partition });
  let worker: Worker | undefined;

  /** Stops claiming at once; running jobs get the grace, then they are interrupted and go back to the queue. */
  const drain = async (running: Worker) => {
    const closed = running.close();
    try {
      await within(deadlineIn(options.graceMs), 'finishing running jobs', closed);
    } catch {
      log.warn('the grace is over: handing running jobs back');
      // BullMQ passes the reason on to the signal as it is; its type says string only.
      running.cancelAllJobs(new ShuttingDown() as unknown as string);
      await closed;
    }
  };

  return {
    name: `worker:${options.queue}.${options.partition}`,
    start: async () => {
      worker = createWorker(options);
      // A lost connection is reported once, by the connection itself.
      worker.on('error', (err) => {
        log[isRedisUnavailable(err) ? 'debug' : 'warn']({ reason: err.message }, 'BullMQ worker');
      });
      worker.on('stalled', (id) => log.warn({ jobId: id }, 'the worker of this job was lost'));
      worker.on('lockRenewalFailed', (ids) => {
        for (const id of ids) worker?.cancelJob(id, new LockLost() as unknown as string);
      });
      await worker.waitUntilReady();
      worker.run().catch((err: unknown) => log.error({ err }, 'stopped claiming jobs'));
    },
    stop: async () => {
      if (worker) await drain(worker);
    },
  };
};
