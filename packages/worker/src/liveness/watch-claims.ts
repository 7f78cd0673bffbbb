import type { Check } from '@drover/shared/health/checks';
import type { Keys } from '@drover/shared/keys';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { RedisClient } from '@drover/shared/redis/client';
import type { QueueWorker } from '../queue-worker.ts';
import { countClaimable } from './claimable.ts';

/**
 * Looks that must all find the worker idle beside work. Looks are counted and not time: a machine that
 * was suspended, or a process that was stopped, has not looked meanwhile.
 */
const looks = 10;

interface Suspicion {
  /** Looks in a row. */
  count: number;
  waiting: number;
}

/**
 * Whether this process does what it is there for: one that could start jobs, and for `timeoutMs` starts
 * none of those that wait, is to be started anew.
 *
 * It is never blamed for what a restart would not mend. While Redis does not answer, or answers the
 * claims themselves with an error, a queue is paused or at a limit, or all slots are taken, the count
 * begins anew.
 */
export const watchClaims = (options: {
  workers: readonly QueueWorker[];
  /** One that fails fast, and is not the one that jobs are claimed over. */
  redis: RedisClient;
  keys: Keys;
  timeoutMs: number;
  log: Log;
}): { check: Check; component: Component } => {
  const { workers, timeoutMs, log } = options;
  const suspicions = new Map<QueueWorker, Suspicion>();
  const before = new Map<QueueWorker, { claims: number; refusals: number }>();
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;

  /** Whether it has had a free slot, and has neither claimed nor been refused since the last look. */
  const isIdle = (worker: QueueWorker): boolean => {
    const { running, concurrency, claims, refusals } = worker.load();
    const last = before.get(worker);
    before.set(worker, { claims, refusals });
    return running < concurrency && last?.claims === claims && last.refusals === refusals;
  };

  const look = async (worker: QueueWorker) => {
    const { queue, partition } = worker;
    const waiting = isIdle(worker)
      ? await countClaimable(options, queue, partition).catch(() => 0)
      : 0;
    if (waiting === 0) {
      suspicions.delete(worker);
      return;
    }
    const count = (suspicions.get(worker)?.count ?? 0) + 1;
    suspicions.set(worker, { count, waiting });
    if (count === looks) {
      log.error({ queue, partition, waiting }, 'jobs wait, and this worker starts none');
    }
  };

  const tick = async () => {
    if (isLooking) return;
    isLooking = true;
    await Promise.all(workers.map(look));
    isLooking = false;
  };

  return {
    check: async () => {
      for (const [{ queue, partition }, { count, waiting }] of suspicions) {
        if (count < looks) continue;
        throw new Error(
          `the queue ${queue} (partition ${partition}) has ${waiting} jobs that wait; this worker ` +
            `has free slots and has started none for ${timeoutMs / 1_000} s`,
        );
      }
    },
    component: {
      name: 'claims',
      start: async () => {
        timer = setInterval(() => void tick(), timeoutMs / looks);
      },
      // A worker that is stopping claims nothing, and rightly so.
      stop: async () => {
        clearInterval(timer);
        suspicions.clear();
      },
    },
  };
};
