import { randomUUID } from 'node:crypto';
import type { WorkerStatus } from '@drover/jobs/contract/operations';
import { forgetWorker, keepWorker } from '@drover/jobs/operations/worker-record';
import type { Keys } from '@drover/shared/keys';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { Redis } from 'ioredis';
import { followRunningJobs, type RunningJobs } from './running-jobs.ts';

/** Two heartbeats may be missed before a worker is taken for dead. */
export const heartbeatMs = 5_000;

export interface HeartbeatOptions {
  /** One that fails fast: a heartbeat that comes late is worth nothing. */
  redis: Redis;
  keys: Keys;
  /** What does not change while the process lives. */
  worker: Pick<WorkerStatus, 'host' | 'pid' | 'version' | 'queues'>;
  log: Log;
  /** Milliseconds from one heartbeat to the next; default {@link heartbeatMs}. */
  everyMs?: number;
}

/**
 * Tells Redis again and again that this process lives and which jobs it runs, for
 * `GET /workers`. Jobs do not depend on it: what cannot be written is said once, and tried again.
 */
export const heartbeat = (options: HeartbeatOptions): Component => {
  const { redis, keys, worker, log, everyMs = heartbeatMs } = options;
  const id = randomUUID();
  let jobs: RunningJobs | undefined;
  let timer: NodeJS.Timeout | undefined;
  let startedAt = '';
  let failing = false;

  const beat = async (running: WorkerStatus['running']) => {
    const lastHeartbeatAt = new Date().toISOString();
    try {
      await keepWorker({ redis, keys }, { id, ...worker, startedAt, lastHeartbeatAt, running });
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
      const following = followRunningJobs();
      jobs = following;
      startedAt = new Date().toISOString();
      timer = setInterval(() => void beat(following.list()), everyMs);
      await beat(following.list());
    },
    stop: async () => {
      clearInterval(timer);
      jobs?.stop();
      // A heartbeat under way was sent before, on the same connection.
      await forgetWorker({ redis, keys }, id).catch(() => undefined);
    },
  };
};
