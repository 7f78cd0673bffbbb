import { type QueueName, queueNames } from '@drover/jobs/definition/queues';
import type { LimitsByQueue, QueueLimits } from '@drover/jobs/operations/configured-limits';
import { enforceLimits, shareOf } from '@drover/jobs/operations/enforce-limits';
import { readLimits } from '@drover/jobs/operations/queue-overrides';
import type { Keys } from '@drover/shared/keys';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { RedisClient } from '@drover/shared/redis/client';
import type { Subscriptions } from '@drover/shared/redis/subscriptions';
import type { QueueWorker } from '../queue-worker.ts';

/** The settings are looked at this often without a message, for these can be lost. Milliseconds. */
const recheckMs = 15_000;

export interface FollowOptions {
  workers: readonly QueueWorker[];
  configured: LimitsByQueue;
  partitions: number;
  subscriptions: Subscriptions;
  redis: RedisClient;
  keys: Keys;
  log: Log;
  /** Milliseconds between two looks; default {@link recheckMs}. */
  everyMs?: number;
}

/** The concurrency of a process is divided among the partitions, each of which gets one at least. */
const concurrencyOf = (
  { partition }: QueueWorker,
  { concurrency }: QueueLimits,
  partitions: number,
): number => shareOf(concurrency, partition, partitions);

/**
 * Gives the workers of this process the settings of their queues: at the start, whenever an operator
 * changes one, and now and then. Limits of all workers are made to hold at the same time, so that they
 * do even if whoever changed them died before.
 */
export const followSettings = (options: FollowOptions): Component => {
  const { workers, configured, partitions, subscriptions, keys, log } = options;
  let timer: NodeJS.Timeout | undefined;

  const take = async (queue: QueueName, limits: QueueLimits) => {
    for (const worker of workers.filter((it) => it.queue === queue)) {
      worker.setConcurrency(concurrencyOf(worker, limits, partitions));
    }
    if (await enforceLimits(options, queue, limits)) {
      log.info({ queue, ...limits }, 'the limits of a queue have changed');
    }
  };

  const look = async () => {
    const limitsOf = await readLimits(options, configured);
    await Promise.all(queueNames.map((queue) => take(queue, limitsOf(queue))));
  };

  const lookOrWarn = () =>
    look().catch((err: Error) => {
      log.warn({ reason: err.message }, 'the settings of the queues were not read; trying on');
    });

  return {
    name: 'queue-settings',
    start: async () => {
      await subscriptions.subscribe(keys.queueSettingsChanges, () => void lookOrWarn());
      subscriptions.onReconnect(() => void lookOrWarn());
      timer = setInterval(() => void lookOrWarn(), options.everyMs ?? recheckMs);
      await lookOrWarn();
    },
    stop: async () => clearInterval(timer),
  };
};
