import { settleQueue } from '@drover/jobs/settling/settle-job';
import { toError } from '@drover/shared/errors';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { isRedisUnavailable } from '@drover/shared/redis/unavailable';
import { Worker } from 'bullmq';
import { lockDurationMs, stalledIntervalMs } from '../bull-worker.ts';
import { settle } from './settle.ts';
import type { Settlers } from './settlers.ts';

/** Settle jobs that one process does at once, of each partition: they wait for Redis, little else. */
const concurrency = 50;

/** Waits between attempts, in milliseconds: doubled from the first to the last. */
const firstRetryMs = 100;
const lastRetryMs = 10_000;

/** How soon a worker tries again after Redis went away. BullMQ's default is 15 s. */
const redisRetryMs = 500;

/** Losing its worker says nothing against a settle job: it is put back as often as it takes. */
const forgivenLosses = Number.MAX_SAFE_INTEGER;

export interface SettleWorkerOptions {
  partition: number;
  queues: QueueSet;
  settlers: Settlers;
  /** Names this process in what BullMQ keeps. */
  worker: string;
  log: Log;
}

const retryDelayOf = (attemptsMade: number): number =>
  Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(20, attemptsMade - 1));

type Process = (job: { id?: string; data: unknown }) => Promise<void>;

const createWorker = (options: SettleWorkerOptions, process: Process): Worker => {
  const { partition, queues, worker: name } = options;
  return new Worker(settleQueue, (job) => process(job), {
    name,
    connection: queues.redis,
    prefix: queues.keys.partition(partition),
    autorun: false,
    concurrency,
    lockDuration: lockDurationMs,
    stalledInterval: stalledIntervalMs,
    maxStalledCount: forgivenLosses,
    runRetryDelay: redisRetryMs,
    removeOnComplete: { count: 0 },
    settings: { backoffStrategy: retryDelayOf },
  });
};

/**
 * Does what is to be done when jobs have ended, in one partition: no handler of a job runs here, and no
 * client sees these jobs.
 */
export const settleWorker = (options: SettleWorkerOptions): Component => {
  const { partition, queues } = options;
  const log = options.log.child({ queue: settleQueue, partition });
  let worker: Worker | undefined;
  let running = 0;

  // Counted here: BullMQ tells of no end of a job whose lock was lost.
  const process: Process = async ({ id = '', data }) => {
    running += 1;
    try {
      await settle(options, { id, data });
    } finally {
      running -= 1;
    }
  };

  const listenTo = (bull: Worker) => {
    bull.on('error', (err) => {
      log[isRedisUnavailable(err) ? 'debug' : 'warn']({ reason: err.message }, 'BullMQ worker');
    });
    bull.on('failed', (job, thrown) => {
      const err = toError(thrown);
      const level = isRedisUnavailable(err) ? 'debug' : 'error';
      log[level]({ err, jobId: job?.data?.job }, 'an ended job was not settled; trying again');
    });
  };

  return {
    name: `worker:${settleQueue}.${partition}`,
    start: async () => {
      const bull = createWorker(options, process);
      worker = bull;
      listenTo(bull);
      await bull.waitUntilReady();
      void bull.run();
    },
    // What is under way takes a moment; without Redis there is nothing to wait for.
    stop: async () => worker?.close(running === 0 && queues.redis.status !== 'ready'),
  };
};
