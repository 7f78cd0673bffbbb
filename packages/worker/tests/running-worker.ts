import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCatalog } from '@drover/jobs/catalog';
import type { SubmissionOptions } from '@drover/jobs/contract/submission';
import { defineJob, type JobType } from '@drover/jobs/definition/define-job';
import type { Services } from '@drover/jobs/definition/services';
import { toQueuedJob } from '@drover/jobs/record/queued-job';
import { createArtifactStore } from '@drover/shared/artifacts/configured-store';
import type { ArtifactStore } from '@drover/shared/artifacts/store';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createQueueSet, type QueueSet } from '@drover/shared/queues/queue-set';
import type { RedisClient } from '@drover/shared/redis/client';
import { createConnection, createRedis, redisComponent } from '@drover/shared/redis/connections';
import { createSubscriptions } from '@drover/shared/redis/subscriptions';
import { type Job, type Queue, QueueEvents } from 'bullmq';
import { inject } from 'vitest';
import { z } from 'zod';
import { randomPrefix, testConfig } from '../../../tests/servers/configuration.ts';
import { createCancellations } from '../src/cancellation.ts';
import { createIsolationPool, type IsolationPool } from '../src/isolation/pool.ts';
import type { JobMetrics } from '../src/metrics/job-metrics.ts';
import { type QueueWorker, type QueueWorkerOptions, queueWorker } from '../src/queue-worker.ts';
import { createRunningJobs, type RunningJobs } from '../src/running-jobs.ts';

/** A worker of one queue with job types of a test's own, on the real Redis. */
export interface RunningWorker extends AsyncDisposable {
  readonly isolation: IsolationPool;
  readonly queue: Queue;
  readonly redis: RedisClient;
  /** Submits a job of that type and returns it as BullMQ holds it. */
  submit(type: string, payload: unknown, options?: SubmissionOptions): Promise<Job>;
  readonly queues: QueueSet;
  readonly artifacts: ArtifactStore;
  /** The job once it has succeeded or failed for good. */
  finished(job: Job): Promise<Job>;
  /** Resolves when BullMQ says that of the job. */
  when(event: JobEvent, job: Job): Promise<void>;
  /** Stops the worker as SIGTERM does. */
  stop(): Promise<void>;
  /** Stops the worker and starts another one. */
  restart(): Promise<void>;
  /** The worker that there is now. */
  worker(): QueueWorker;
}

const queueName = 'demo';

/** Soon full. */
const isolationHeapBytes = 67_108_864;

/** Jobs that the worker runs at once. */
export const concurrency = 5;

/** A job type whose payload and result are anything. */
export const anyJob = (
  type: string,
  run: JobType['run'],
  more: Partial<Parameters<typeof defineJob>[0]> = {},
): JobType =>
  defineJob({
    type,
    queue: queueName,
    summary: 'For a test.',
    payload: z.unknown(),
    result: z.unknown(),
    retry: { attempts: 2, backoff: { delay: 10, jitter: 0 } },
    ...more,
    run,
  });

type JobEvent = 'active' | 'waiting' | 'delayed';

/** Remembers what BullMQ has said of each job, so that nobody who asks later has missed it. */
const rememberEvents = (events: QueueEvents) => {
  const said = new Set<string>();
  const news = new EventEmitter();
  for (const event of ['active', 'waiting', 'delayed'] as const) {
    events.on(event, ({ jobId }: { jobId: string }) => {
      said.add(`${event} ${jobId}`);
      news.emit('event');
    });
  }
  return async (event: JobEvent, id: string) => {
    while (!said.has(`${event} ${id}`)) await once(news, 'event');
  };
};

export const startWorker = async (
  types: readonly JobType[],
  options: {
    graceMs?: number;
    services?: Partial<Services>;
    /** Default {@link concurrency}. */
    concurrency?: number;
    /** Redis as the worker alone reaches it. */
    workerUrl?: string;
    /** URL of the module whose `jobTypes` the child processes run. */
    module?: string;
    /** How long a child process may have nothing to do, in milliseconds. */
    idleMs?: number;
    running?: RunningJobs;
    metrics?: JobMetrics;
  } = {},
): Promise<RunningWorker> => {
  const log = silentLog();
  const url = inject('redisUrl');
  const redis = createRedis({ url, purpose: 'worker', name: 'test', log });
  const prefix = randomPrefix();
  const keys = createKeys(prefix);
  const queues = createQueueSet({ redis, keys, log });
  const queue = queues.get(queueName, 0);
  const events = new QueueEvents(queueName, {
    connection: createConnection({ url, purpose: 'worker', name: 'test', log }),
    prefix: keys.partition(0),
    lastEventId: '0',
  });
  const whenSaid = rememberEvents(events);
  const folder = await mkdtemp(join(tmpdir(), 'drover-worker-'));
  const subscriptions = createSubscriptions({ url, name: 'test', log });
  const { running = createRunningJobs(), idleMs, module = '' } = options;
  const watched = { subscriptions, running, redis, keys, partitions: 1, log };
  const cancellations = createCancellations(watched);
  const config = testConfig({
    KEY_PREFIX: prefix,
    DATA_DIR: folder,
    ISOLATION_HEAP_BYTES: String(isolationHeapBytes),
  });
  const artifacts = createArtifactStore(config);
  const isolation = createIsolationPool(
    { config, catalog: module },
    { ...(idleMs !== undefined && { idleMs }) },
  );
  const own = options.workerUrl
    ? createRedis({ url: options.workerUrl, purpose: 'worker', name: 'test', log })
    : redis;
  const settings: QueueWorkerOptions = {
    queue: queueName,
    partition: 0,
    prefix: keys.partition(0),
    concurrency: options.concurrency ?? concurrency,
    redis: own,
    graceMs: options.graceMs ?? 1_000,
    workshop: {
      catalog: createCatalog({ production: false, types }),
      services: (options.services ?? {}) as Services,
      artifacts,
      worker: 'test:1',
      queues,
      partitions: 1,
      webhooks: {
        directory: { forJob: () => [], forWorkflow: () => [] },
        mayReach: () => true,
      },
      running,
      isolation,
      keep: { succeededMs: 60_000, failedMs: 60_000 },
      log,
      metrics: options.metrics,
    },
  };
  let worker = queueWorker(settings);
  await subscriptions.start();
  await cancellations.start();
  await Promise.all([worker.start(), events.waitUntilReady()]);

  const byName = new Map(types.map((type) => [type.type, type]));
  const stop = () => worker.stop(deadlineIn(10_000));
  return {
    queue,
    queues,
    artifacts,
    isolation,
    redis,
    submit: async (name, payload, options) => {
      const type = byName.get(name) ?? anyJob(name, async () => undefined);
      const submission = { type, payload, options, tenant: 'test' };
      const { id, data, opts } = toQueuedJob(submission, { partitions: 1 });
      return queue.add(name, data, { ...opts, jobId: id });
    },
    finished: async (job) => {
      await job.waitUntilFinished(events, 15_000).catch(() => undefined);
      const now = await queue.getJob(job.id ?? '');
      if (!now?.finishedOn) throw new Error(`${job.name} did not finish`);
      return now;
    },
    when: (event, job) => whenSaid(event, job.id ?? ''),
    stop,
    restart: async () => {
      await stop();
      worker = queueWorker(settings);
      await worker.start();
    },
    worker: () => worker,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await isolation.stop(deadlineIn(1_000));
      await cancellations.stop(deadlineIn(1_000));
      await subscriptions.stop(deadlineIn(1_000));
      await events.close();
      await queue.obliterate({ force: true });
      await queues.stop(deadlineIn(1_000));
      await redisComponent(redis).stop(deadlineIn(1_000));
      own.disconnect();
      await rm(folder, { recursive: true });
    },
  };
};
