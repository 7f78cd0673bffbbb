import {
  type QueueStatus,
  queueList,
  queuePatch,
  queueStatus,
} from '@drover/jobs/contract/operations';
import { z } from 'zod';
import { json, type Operation } from '../operation.ts';

const mediaQueue: QueueStatus = {
  name: 'media',
  paused: false,
  counts: {
    scheduled: 0,
    blocked: 0,
    queued: 12,
    running: 2,
    retrying: 1,
    succeeded: 340,
    failed: 3,
    canceled: 0,
    expired: 0,
  },
  oldestQueuedMs: 5_210,
  rates: { succeededPerMinute: 68.2, failedPerMinute: 0.4 },
  settings: {
    concurrency: { configured: 2, effective: 2, overridden: false },
    globalConcurrency: { configured: null, effective: null, overridden: false },
    rateLimit: { configured: null, effective: null, overridden: false },
  },
};

const limitedQueue: QueueStatus = {
  ...mediaQueue,
  settings: {
    concurrency: { configured: 2, effective: 4, overridden: true },
    globalConcurrency: { configured: null, effective: 20, overridden: true },
    rateLimit: { configured: null, effective: { max: 100, per: 60_000 }, overridden: true },
  },
};

const params = z.object({
  name: z
    .string()
    .describe('The name of the queue.')
    .meta({ examples: ['media'] }),
});

export const listQueues: Operation = {
  id: 'listQueues',
  tag: 'Queues',
  summary: 'List the queues',
  description:
    'Every queue, with how many jobs are in which state, how fast they go, and the settings.',
  answers: {
    200: {
      description: 'All queues.',
      headers: ['ETag'],
      content: json(queueList, {
        queues: { summary: 'One queue', value: { items: [mediaQueue] } },
      }),
    },
  },
  problems: [],
  conditional: true,
};

export const readQueue: Operation = {
  id: 'readQueue',
  tag: 'Queues',
  summary: 'Read a queue',
  description:
    'One queue, with how many jobs are in which state, how fast they go, and the settings.',
  params,
  answers: {
    200: {
      description: 'The queue.',
      headers: ['ETag'],
      content: json(queueStatus, { queue: { summary: 'A queue', value: mediaQueue } }),
    },
  },
  problems: ['queue-not-found'],
  conditional: true,
};

export const updateQueue: Operation = {
  id: 'updateQueue',
  tag: 'Queues',
  summary: 'Change the settings of a queue',
  description:
    'Sets how much of the queue is worked at once and how fast, for all workers, at once and without a restart of any. What is left out stays as it is; `null` returns to what is configured; `"unlimited"` lifts a configured limit. It holds until it is changed again, over restarts of every process. With several partitions, the limits of all workers are divided among them, so they cannot be less than their number.',
  params,
  body: {
    schema: queuePatch,
    examples: {
      concurrency: { summary: 'More jobs in each worker', value: { concurrency: 4 } },
      limits: {
        summary: 'Limits of all workers together',
        value: { globalConcurrency: 20, rateLimit: { max: 100, per: '1m' } },
      },
      configured: {
        summary: 'Back to what is configured',
        value: { concurrency: null, globalConcurrency: null, rateLimit: null },
      },
      unlimited: { summary: 'No limit at all', value: { rateLimit: 'unlimited' } },
    },
  },
  answers: {
    200: {
      description: 'The queue, with its settings as they are by now.',
      content: json(queueStatus, { queue: { summary: 'The queue', value: limitedQueue } }),
    },
  },
  problems: ['queue-not-found'],
};

export const pauseQueue: Operation = {
  id: 'pauseQueue',
  tag: 'Queues',
  summary: 'Pause a queue',
  description:
    'From now on no job of the queue is started by any worker, delayed jobs and retries neither; those that run go on, and new ones are taken in. Pausing a paused queue changes nothing.',
  params,
  answers: {
    200: {
      description: 'The queue is paused.',
      content: json(queueStatus, {
        paused: { summary: 'Paused', value: { ...mediaQueue, paused: true } },
      }),
    },
  },
  problems: ['queue-not-found'],
};

export const resumeQueue: Operation = {
  id: 'resumeQueue',
  tag: 'Queues',
  summary: 'Resume a queue',
  description: 'Jobs of the queue are started again. Resuming a running queue changes nothing.',
  params,
  answers: {
    200: {
      description: 'The queue is running.',
      content: json(queueStatus, { running: { summary: 'Running', value: mediaQueue } }),
    },
  },
  problems: ['queue-not-found'],
};
