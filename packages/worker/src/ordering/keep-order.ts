import type { Keys } from '@drover/shared/keys';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { RedisClient } from '@drover/shared/redis/client';
import type { QueueWorker } from '../queue-worker.ts';
import { promoteDue } from './promote.ts';
import { renumberWaiting } from './renumber.ts';

/** How late a delayed job may take its place in line while all workers are busy, in milliseconds. */
const promoteMs = 1_000;

/** How often the counters are looked at, in milliseconds: at 20 000 jobs a second, they last for a day. */
const renumberMs = 60_000;

const isBusy = (worker: QueueWorker): boolean => {
  const { running, concurrency } = worker.load();
  return running >= concurrency;
};

/**
 * Keeps jobs in the order in which they came to wait where BullMQ alone would not. What cannot be done
 * while Redis is away is done the next time.
 */
export const keepOrder = (options: {
  workers: readonly QueueWorker[];
  redis: RedisClient;
  keys: Keys;
  log: Log;
}): Component => {
  const { workers, log } = options;
  const timers: NodeJS.Timeout[] = [];

  /** Does it for each worker's queue, unless the last time is not over yet. */
  const every = (ms: number, what: string, tend: (worker: QueueWorker) => Promise<unknown>) => {
    let isUnderWay = false;
    const tick = async () => {
      if (isUnderWay) return;
      isUnderWay = true;
      const outcomes = await Promise.allSettled(workers.map(tend));
      isUnderWay = false;
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') log.debug({ reason: String(outcome.reason) }, what);
      }
    };
    timers.push(setInterval(() => void tick(), ms));
  };

  const promote = async (worker: QueueWorker) => {
    if (isBusy(worker)) await promoteDue(options, worker.queue, worker.partition);
  };

  const renumber = async ({ queue, partition }: QueueWorker) => {
    if (await renumberWaiting(options, queue, partition)) {
      log.info({ queue, partition }, 'the jobs that wait were renumbered');
    }
  };

  return {
    name: 'order',
    start: async () => {
      every(promoteMs, 'delayed jobs were not put in line', promote);
      every(renumberMs, 'the counter of priorities was not looked at', renumber);
    },
    stop: async () => timers.forEach(clearInterval),
  };
};
