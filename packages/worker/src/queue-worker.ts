import type { QueueName } from '@drover/jobs/definition/queues';
import { announce } from '@drover/jobs/transitions/announce';
import type { JobAddress } from '@drover/shared/job-id';
import { deadlineIn, within } from '@drover/shared/lifecycle/deadline';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { RedisClient } from '@drover/shared/redis/client';
import { isRedisUnavailable } from '@drover/shared/redis/unavailable';
import { type Job, type MinimalJob, UnrecoverableError, type Worker } from 'bullmq';
import {
  createBullWorker,
  type Execute,
  isRefusal,
  lockDurationMs,
  lookForSlots,
} from './bull-worker.ts';
import { completeTogether } from './completion/complete-together.ts';
import { afterAttempt } from './execution/aftermath.ts';
import { createAttempt } from './execution/attempt.ts';
import { LockLost, ShuttingDown } from './execution/interruption.ts';
import { createPipeline } from './execution/pipeline.ts';
import { forgivenLosses } from './execution/registering.ts';
import type { Workshop } from './execution/workshop.ts';
import { recoverInOrder } from './ordering/recover.ts';
import { readyWorker } from './ready-worker.ts';

/** Time that is left for handing jobs back when a stop has a deadline, in milliseconds. */
const handBackMs = 3_000;

export interface QueueWorkerOptions {
  queue: QueueName;
  partition: number;
  prefix: string;
  /** Jobs run at once, until {@link QueueWorker.setConcurrency}. */
  concurrency: number;
  redis: RedisClient;
  workshop: Workshop;
  /** How long running jobs may go on when the worker stops. */
  graceMs: number;
}

/** What a worker does now, for those who look after it. */
export interface Load {
  readonly concurrency: number;
  readonly running: number;
  /** Jobs that it has claimed since it started. */
  readonly claims: number;
  /** Times that Redis answered, and said that it cannot serve now: full, read-only, loading. */
  readonly refusals: number;
}

/** Claims and executes the jobs of one queue in one partition. */
export interface QueueWorker extends Component {
  readonly queue: QueueName;
  readonly partition: number;
  /** Runs that many jobs at once from now on; those that run go on. */
  setConcurrency(jobs: number): void;
  load(): Load;
}

/** Makes BullMQ ask this worker for the delay before the next attempt; jobs do not carry the wish. */
const strategy = { type: 'policy' };

export const queueWorker = (options: QueueWorkerOptions): QueueWorker => {
  const { queue, partition, redis, workshop } = options;
  const log = workshop.log.child({ queue, partition });
  const pipeline = createPipeline(workshop);
  const name = `worker:${queue}.${partition}`;
  const stopping = new AbortController();
  let worker: Worker | undefined;
  let { concurrency } = options;
  let isStopping = false;
  let running = 0;
  let claims = 0;
  let refusals = 0;

  const addressOf = (id: string): JobAddress => ({ id, queue, partition });

  const warnOf = (what: string) => (err: Error) => log.warn({ reason: err.message }, what);

  /** Jobs whose followers know already that they have ended. */
  const told = new WeakSet<MinimalJob>();

  const finish = (outcome: 'completed' | 'failed', job: Job) => {
    workshop.metrics?.finished(outcome, job);
    const aftermath = afterAttempt(outcome, job, addressOf(job.id ?? ''), workshop, told.has(job));
    aftermath.catch(warnOf('the retention of a job was not kept, or its followers not told'));
  };

  const execute: Execute = async (job, token) => {
    if (!job.id || !token) throw new UnrecoverableError('claimed without id or token');
    job.opts.backoff = strategy;
    const attempt = createAttempt(job, addressOf(job.id), {
      token,
      lockMs: lockDurationMs,
      log: workshop.log,
    });
    // A claim was under way when the stop began: the job is not begun.
    if (isStopping) attempt.interruption.interrupt(new ShuttingDown());
    running += 1;
    try {
      const ending = await pipeline(attempt);
      if ('error' in ending) throw ending.error;
      return ending.result;
    } finally {
      running -= 1;
    }
  };

  const listenTo = (bull: Worker) => {
    // A lost connection is reported once, by the connection itself.
    bull.on('error', (err) => {
      if (isRefusal(err)) refusals += 1;
      log[isRedisUnavailable(err) ? 'debug' : 'warn']({ reason: err.message }, 'BullMQ worker');
    });
    bull.on('active', () => {
      claims += 1;
    });
    bull.on('stalled', (id) => {
      workshop.metrics?.lost(queue);
      log.warn({ jobId: id }, 'the worker of this job was lost');
      announce(workshop.queues, addressOf(id), 'status');
    });
    bull.on('locksRenewed', ({ jobIds }) => {
      const heldUntil = Date.now() + lockDurationMs;
      for (const id of jobIds) {
        const attempt = workshop.running.get(id);
        if (attempt) attempt.heldUntil = heldUntil;
      }
    });
    bull.on('lockRenewalFailed', (ids) => {
      for (const id of ids) workshop.running.get(id)?.interruption.interrupt(new LockLost());
    });
    bull.on('completed', (job) => finish('completed', job));
    bull.on('failed', (job) => job && finish('failed', job));
  };

  /** Makes all that run go back to the queue. */
  const interrupt = () => {
    for (const attempt of workshop.running.in(queue, partition)) {
      attempt.interruption.interrupt(new ShuttingDown());
    }
  };

  /**
   * Stops claiming at once; running jobs get the grace, then they are interrupted and go back to the
   * queue. A worker that runs nothing need not wait for a Redis that is away.
   */
  const drain = async (bull: Worker, graceMs: number) => {
    isStopping = true;
    const nothingToSettle = running === 0 && redis.status !== 'ready';
    const closed = bull.close(nothingToSettle);
    try {
      await within(deadlineIn(graceMs), 'finishing running jobs', closed);
    } catch {
      log.warn('the grace is over: handing running jobs back');
      interrupt();
      await closed;
    }
  };

  const create = (): Worker => {
    const bull = createBullWorker({ ...options, concurrency }, execute);
    worker = bull;
    const { keys } = workshop.queues;
    recoverInOrder(bull, { redis, keys, queue, partition, forgivenLosses });
    const { keep, worker: name } = workshop;
    completeTogether(
      bull,
      { redis, keys, queue, partition, lockDurationMs, keep, worker: name },
      (job) => told.add(job),
    );
    listenTo(bull);
    return bull;
  };

  return {
    name,
    queue,
    partition,
    load: () => ({ concurrency, running, claims, refusals }),
    setConcurrency: (jobs) => {
      const isMore = jobs > concurrency;
      concurrency = jobs;
      if (!worker || isStopping) return;
      worker.concurrency = jobs;
      if (isMore && running > 0) lookForSlots(worker);
    },
    start: async () => {
      const bull = await readyWorker(create, { name, stopping: stopping.signal, log });
      // Runs until it is closed. Should it ever fail, the process ends and is started anew.
      void bull?.run();
    },
    stop: async (deadline) => {
      stopping.abort();
      const graceMs = Math.min(options.graceMs, deadline.remainingMs() - handBackMs);
      if (worker) await drain(worker, Math.max(0, graceMs));
    },
    hurry: interrupt,
  };
};
