import type { JobAddress } from '@drover/shared/job-id';
import type { Keys } from '@drover/shared/keys';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { RedisClient } from '@drover/shared/redis/client';
import { pipelined } from '@drover/shared/redis/pipelines';
import type { Subscriptions } from '@drover/shared/redis/subscriptions';
import { Canceled } from './execution/interruption.ts';
import type { RunningJobs } from './running-jobs.ts';

/** Running jobs are looked up this often, for messages can be lost. Milliseconds. */
const recheckMs = 5_000;

/** Marks which of these jobs have, read in one round trip. */
const readMarks = async (
  redis: RedisClient,
  keys: Keys,
  jobs: readonly JobAddress[],
): Promise<(string | null)[]> => {
  const partitionOf = ({ partition }: JobAddress) => partition;
  const replies = await pipelined(redis, jobs, partitionOf, (batch, { queue, partition, id }) =>
    batch.hget(keys.inQueue(queue, partition, id), 'withdrawn'),
  );
  return replies as (string | null)[];
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

  const recheck = async () => {
    const jobs = [...running.all].map(({ address }) => address);
    if (jobs.length === 0) return;
    const marks = await readMarks(redis, keys, jobs);
    for (const [i, { id }] of jobs.entries()) if (marks[i] === 'canceled') cancel(id);
  };

  const recheckOrWarn = () => {
    recheck().catch((err: Error) => {
      log.debug({ reason: err.message }, 'running jobs were not checked for cancellation');
    });
  };

  return {
    name: 'cancellations',
    start: async () => {
      const channels = Array.from({ length: options.partitions }, (_, n) => keys.cancellations(n));
      await Promise.all(channels.map((channel) => subscriptions.subscribe(channel, cancel)));
      subscriptions.onReconnect(recheckOrWarn);
      timer = setInterval(recheckOrWarn, recheckMs);
    },
    stop: async () => clearInterval(timer),
  };
};
