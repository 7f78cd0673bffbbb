import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { WorkerStatus } from '@drover/jobs/contract/operations';
import { forgetWorker, keepWorker } from '@drover/jobs/operations/worker-record';
import type { Keys } from '@drover/shared/keys';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { RedisClient } from '@drover/shared/redis/client';
import type { RunningJobs } from './running-jobs.ts';

/** Two heartbeats may be missed before a worker is taken for dead. */
export const heartbeatMs = 5_000;

/** How often the event loop is measured, in milliseconds. */
const delayResolutionMs = 50;

export interface HeartbeatOptions {
  /** One that fails fast: a heartbeat that comes late is worth nothing. */
  redis: RedisClient;
  keys: Keys;
  /** What does not change while the process lives. */
  worker: Pick<WorkerStatus, 'host' | 'pid' | 'version'>;
  running: Pick<RunningJobs, 'list'>;
  /** What it takes jobs of by now. */
  queues: () => WorkerStatus['queues'];
  log: Log;
  /** Milliseconds from one heartbeat to the next; default {@link heartbeatMs}. */
  everyMs?: number;
}

export interface Heartbeat extends Component {
  /** Starts after the workers and stops before them: from then on the worker says that it is stopping. */
  readonly farewell: Component;
}

/** How late timers are, since it was last asked. */
const measureDelay = () => {
  const histogram = monitorEventLoopDelay({ resolution: delayResolutionMs });
  histogram.enable();
  return {
    /** 99th percentile, in milliseconds. */
    read: () => {
      const ms = histogram.percentile(99) / 1e6 - delayResolutionMs;
      histogram.reset();
      return Math.max(0, Math.round(ms * 10) / 10);
    },
    stop: () => histogram.disable(),
  };
};

const memoryOf = (): WorkerStatus['memory'] => {
  const { rss, heapUsed } = process.memoryUsage();
  return { residentBytes: rss, heapBytes: heapUsed };
};

/**
 * Tells Redis again and again that this process lives and which jobs it runs, for
 * `GET /workers`. Jobs do not depend on it: what cannot be written is said once, and tried again.
 */
export const heartbeat = (options: HeartbeatOptions): Heartbeat => {
  const { redis, keys, worker, running, queues, log, everyMs = heartbeatMs } = options;
  const id = randomUUID();
  let delay: ReturnType<typeof measureDelay> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let startedAt = '';
  let state: WorkerStatus['state'] = 'running';
  let failing = false;

  const statusNow = (): WorkerStatus => ({
    id,
    ...worker,
    state,
    startedAt,
    lastHeartbeatAt: new Date().toISOString(),
    queues: queues(),
    memory: memoryOf(),
    eventLoopDelayMs: delay?.read() ?? 0,
    running: running.list(),
  });

  const beat = async () => {
    try {
      await keepWorker({ redis, keys }, statusNow());
      if (failing) log.info('heartbeats are written again');
      failing = false;
    } catch (err) {
      if (!failing) log.warn({ err }, 'the heartbeat was not written; trying on');
      failing = true;
    }
  };

  return {
    name: 'heartbeat',
    start: async () => {
      delay = measureDelay();
      startedAt = new Date().toISOString();
      timer = setInterval(() => void beat(), everyMs);
      await beat();
    },
    stop: async () => {
      clearInterval(timer);
      delay?.stop();
      // A heartbeat under way was sent before, on the same connection.
      await forgetWorker({ redis, keys }, id).catch(() => undefined);
    },
    farewell: {
      name: 'heartbeat:farewell',
      start: async () => undefined,
      stop: async () => {
        state = 'stopping';
        // Nobody waits for it: the workers are to stop claiming now.
        void beat();
      },
    },
  };
};
