import { toError } from '@drover/shared/errors';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { RedisClient } from '@drover/shared/redis/client';
import { isRedisUnavailable } from '@drover/shared/redis/unavailable';
import { type AdvancedOptions, type Job, Worker } from 'bullmq';
import { lockDurationMs, redisRetryMs, stalledIntervalMs } from './bull-worker.ts';
import { readyWorker } from './ready-worker.ts';

/** Jobs that one process does at once: they wait for Redis, little else. */
const concurrency = 50;

/** Waits between attempts, in milliseconds: doubled from the first to the last. */
const firstRetryMs = 100;
const lastRetryMs = 10_000;

/** Losing its worker says nothing against such a job: it is put back as often as it takes. */
const forgivenLosses = Number.MAX_SAFE_INTEGER;

const retryDelayOf = (attemptsMade: number): number =>
  Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(20, attemptsMade - 1));

export interface InternalWorkerOptions {
  /** Names the component. */
  name: string;
  queue: string;
  /** Prefix of the partition's keys. */
  prefix: string;
  /** Keeps its commands while Redis is away. */
  redis: RedisClient;
  /** Names this process in what BullMQ keeps. */
  worker: string;
  /** Does one job. It is idempotent: one that fails is done again, for as long as it takes. */
  process: (job: Job) => Promise<void>;
  /** What the log says of a job that failed. */
  failed: { message: string; fields: (job: Job | undefined) => object };
  settings?: AdvancedOptions;
  /** Changes how the worker does its work, before it begins. */
  adapt?: (bull: Worker) => void;
  log: Log;
}

/** Does the small jobs of Drover itself: no handler of a job runs here, and no client sees them. */
export const internalWorker = (options: InternalWorkerOptions): Component => {
  const { redis, failed, log } = options;
  const stopping = new AbortController();
  let worker: Worker | undefined;
  let running = 0;

  // Counted here: BullMQ tells of no end of a job whose lock was lost.
  const process = async (job: Job): Promise<void> => {
    running += 1;
    try {
      await options.process(job);
    } finally {
      running -= 1;
    }
  };

  const createWorker = () =>
    new Worker(options.queue, (job) => process(job), {
      name: options.worker,
      connection: redis,
      prefix: options.prefix,
      autorun: false,
      concurrency,
      lockDuration: lockDurationMs,
      stalledInterval: stalledIntervalMs,
      maxStalledCount: forgivenLosses,
      runRetryDelay: redisRetryMs,
      removeOnComplete: { count: 0 },
      settings: { backoffStrategy: retryDelayOf, ...options.settings },
    });

  const listenTo = (bull: Worker) => {
    bull.on('error', (err) => {
      log[isRedisUnavailable(err) ? 'debug' : 'warn']({ reason: err.message }, 'BullMQ worker');
    });
    bull.on('failed', (job, thrown) => {
      const err = toError(thrown);
      const level = isRedisUnavailable(err) ? 'debug' : 'error';
      log[level]({ err, ...failed.fields(job) }, failed.message);
    });
  };

  const create = (): Worker => {
    const bull = createWorker();
    worker = bull;
    options.adapt?.(bull);
    listenTo(bull);
    return bull;
  };

  return {
    name: options.name,
    start: async () => {
      const { name } = options;
      const bull = await readyWorker(create, { name, stopping: stopping.signal, log });
      void bull?.run();
    },
    // What is under way takes a moment; without Redis there is nothing to wait for.
    stop: async () => {
      stopping.abort();
      await worker?.close(running === 0 && redis.status !== 'ready');
    },
  };
};
