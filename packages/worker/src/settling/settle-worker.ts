import { settleQueue } from '@drover/jobs/settling/settle-job';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { lockDurationMs } from '../bull-worker.ts';
import { completeTogether } from '../completion/complete-together.ts';
import { internalWorker } from '../internal-worker.ts';
import { settle } from './settle.ts';
import type { Settlers } from './settlers.ts';

export interface SettleWorkerOptions {
  partition: number;
  queues: QueueSet;
  settlers: Settlers;
  /** Names this process in what BullMQ keeps. */
  worker: string;
  log: Log;
}

/** Does what is to be done when jobs have ended, in one partition. */
export const settleWorker = (options: SettleWorkerOptions): Component => {
  const { partition, queues, worker } = options;
  const { redis, keys } = queues;
  const place = { redis, keys, queue: settleQueue, partition };
  return internalWorker({
    name: `worker:${settleQueue}.${partition}`,
    queue: settleQueue,
    prefix: keys.partition(partition),
    redis,
    worker,
    process: ({ id = '', data }) => settle(options, { id, data }),
    adapt: (bull) => completeTogether(bull, { ...place, lockDurationMs, keep: undefined, worker }),
    failed: {
      message: 'an ended job was not settled; trying again',
      fields: (job) => ({ jobId: job?.data?.job }),
    },
    log: options.log.child({ queue: settleQueue, partition }),
  });
};
