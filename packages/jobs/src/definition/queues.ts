/**
 * The queues that job types may name, each with the number of jobs that one worker process runs at
 * once unless CONCURRENCY says otherwise: few where a job needs a core, many where it waits.
 */
export const queues = {
  media: { concurrency: 2 },
  mail: { concurrency: 10 },
  http: { concurrency: 20 },
  data: { concurrency: 2 },
  webhooks: { concurrency: 100 },
  maintenance: { concurrency: 10 },
  demo: { concurrency: 10 },
} as const satisfies Record<string, { concurrency: number }>;

export type QueueName = keyof typeof queues;
export const queueNames = Object.keys(queues) as readonly QueueName[];
