import { z } from 'zod';

const count = z.int().min(0);

/** A queue over all its partitions. */
export const queueStatus = z
  .strictObject({
    name: z.string(),
    paused: z.boolean().describe('A paused queue takes jobs and starts none'),
    counts: z.strictObject({
      scheduled: count,
      blocked: count,
      queued: count,
      running: count,
      retrying: count,
      succeeded: count,
      failed: count,
      canceled: count,
      expired: count,
    }),
    oldestQueuedMs: count
      .nullable()
      .describe('How long the job that waits longest has been due, in milliseconds'),
    rates: z.strictObject({
      succeededPerMinute: z.number().describe('Over the last five full minutes'),
      failedPerMinute: z.number().describe('With those that a worker found canceled or expired'),
    }),
  })
  .meta({ id: 'Queue' });

export const queueList = z.strictObject({ items: z.array(queueStatus) }).meta({ id: 'QueueList' });

/** A live worker process. */
export const workerStatus = z
  .strictObject({
    id: z.string(),
    host: z.string(),
    pid: z.int(),
    version: z.string(),
    startedAt: z.iso.datetime(),
    lastHeartbeatAt: z.iso.datetime(),
    queues: z.array(z.strictObject({ name: z.string(), concurrency: z.int() })),
    running: z.array(
      z.strictObject({
        id: z.string(),
        type: z.string(),
        attempt: z.int(),
        startedAt: z.iso.datetime(),
      }),
    ),
  })
  .meta({ id: 'Worker' });

export const workerList = z
  .strictObject({ items: z.array(workerStatus) })
  .meta({ id: 'WorkerList' });

export type QueueStatus = z.output<typeof queueStatus>;
export type WorkerStatus = z.output<typeof workerStatus>;
