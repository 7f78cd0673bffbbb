import { queueList, queueStatus } from '@drover/jobs/contract/operations';
import { z } from 'zod';
import { json, type Operation } from '../operation.ts';

const mediaQueue = {
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
  description: 'Every queue, with how many jobs are in which state, and how fast they go.',
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
  description: 'One queue, with how many jobs are in which state, and how fast they go.',
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

export const pauseQueue: Operation = {
  id: 'pauseQueue',
  tag: 'Queues',
  summary: 'Pause a queue',
  description:
    'From now on no job of the queue is started; those that run go on, and new ones are taken in. Pausing a paused queue changes nothing.',
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
