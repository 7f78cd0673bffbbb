import { toError } from '@drover/shared/errors';
import type { JobAddress } from '@drover/shared/job-id';
import type { Keys } from '@drover/shared/keys';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { RedisClient } from '@drover/shared/redis/client';
import type { Subscriptions } from '@drover/shared/redis/subscriptions';
import { Canceled } from './execution/interruption.ts';
import type { RunningJobs } from './running-jobs.ts';

/** Running jobs are looked up this often, for messages can be lost. Milliseconds. */
const recheckMs = 5_000;

/** Which of these jobs, all of one partition, are marked as canceled. */
const readCanceled = async (
  redis: RedisClient,
  keys: Keys,
  jobs: readonly JobAddress[],
): Promise<JobAddress[]> => {
  const batch = redis.pipeline();
  for (const { queue, partition, id } of jobs) {
    batch.hget(keys.inQueue(queue, partition, id), 'withdrawn');
  }
  const replies = (await batch.exec()) ?? [];
  return jobs.filter((_, n) => replies[n]?.[1] === 'canceled');
};

/** Whether a job was canceled while no worker ran it: its last worker was lost, or it waited to be retried. */
export const wasCanceled = async (redis: RedisClient, key: string): Promise<boolean> =>
  (await redis.hget(key, 'withdrawn')) === 'canceled';

/**
 * Cancels what runs in this process when its client asks for it. It listens in every partition:
 * whichever process is asked, the worker that runs the job hears of it.
 */
export const createCancellations = (options: {
  subscriptions: Subscriptions;
  running: RunningJobs;
  redis: RedisClient;
  keys: Keys;
  partitions: number;
  log: Log;
}): Component => {
  const { subscriptions, running, redis, keys, log } = options;
  let timer: NodeJS.Timeout | undefined;

  const cancel = (id: string) =>
    running.get(id)?.interruption.interrupt(new Canceled({ hadBegun: true }));

  const recheckSome = async (jobs: readonly JobAddress[]) => {
    try {
      for (const { id } of await readCanceled(redis, keys, jobs)) cancel(id);
    } catch (thrown) {
      const reason = toError(thrown).message;
      log.debug({ reason }, 'running jobs were not checked for cancellation');
    }
  };
  /** Each partition by itself: in a cluster, one may be away while the others are served. */
  const recheck = () => {
    const jobs = [...running.all].map(({ address }) => address);
    for (const some of Map.groupBy(jobs, (it) => it.partition).values()) void recheckSome(some);
  };

  return {
    name: 'cancellations',
    start: async () => {
      const channels = Array.from({ length: options.partitions }, (_, n) => keys.cancellations(n));
      await Promise.all(channels.map((channel) => subscriptions.subscribe(channel, cancel)));
      subscriptions.onReconnect(recheck);
      timer = setInterval(recheck, recheckMs);
    },
    stop: async () => clearInterval(timer),
  };
};
