import { longestWindowMs, maxRate, shortestWindowMs } from '@drover/shared/config/queue-limits';
import { duration } from '@drover/shared/duration';
import { z } from 'zod';

const count = z.int().min(0);

/** Most jobs that one worker process runs at once, and all together. */
export const maxConcurrency = 1_000;
export const maxGlobalConcurrency = 100_000;

const concurrency = z.int().min(1).max(maxConcurrency);
const globalConcurrency = z.int().min(1).max(maxGlobalConcurrency);
const rate = z.strictObject({
  max: z.int().min(1).max(maxRate).describe('Jobs that may be started in the window'),
  per: z.int().min(shortestWindowMs).max(longestWindowMs).describe('The window, in milliseconds'),
});

/** What a setting is by configuration, and what it is now. */
const setting = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    configured: value,
    effective: value,
    overridden: z.boolean().describe('Whether it was set at run time'),
  });

const queueSettings = z.strictObject({
  concurrency: setting(concurrency).describe('Jobs that one worker process runs at once'),
  globalConcurrency: setting(globalConcurrency.nullable()).describe(
    'Jobs that all worker processes together run at once; `null` is no limit',
  ),
  rateLimit: setting(rate.nullable()).describe(
    'Jobs that all worker processes together start in a window of time; `null` is no limit',
  ),
});

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
    settings: queueSettings,
  })
  .meta({ id: 'Queue' });

export const queueList = z.strictObject({ items: z.array(queueStatus) }).meta({ id: 'QueueList' });

const noLimit = z.literal('unlimited');

/** What of a queue is set at run time: `null` returns to what is configured. */
export const queueOverrides = {
  concurrency,
  globalConcurrency: z.union([globalConcurrency, noLimit], {
    error: `expected a whole number from 1 to ${maxGlobalConcurrency}, "unlimited" or null`,
  }),
  rateLimit: z.union([rate, noLimit]),
} as const;

const ratePatch = z.strictObject({
  max: rate.shape.max,
  per: duration
    .refine(
      (ms) => ms >= shortestWindowMs && ms <= longestWindowMs,
      'expected a window of 100ms to 24h',
    )
    .describe('The window, from 100ms to 24h'),
});

/** Body of `PATCH /queues/:name`. What is left out stays as it is. */
export const queuePatch = z
  .strictObject({
    concurrency: queueOverrides.concurrency
      .nullable()
      .optional()
      .describe('Jobs that one worker process runs at once'),
    globalConcurrency: queueOverrides.globalConcurrency
      .nullable()
      .optional()
      .describe('Jobs that all worker processes together run at once'),
    rateLimit: z
      .union([ratePatch, noLimit], {
        error:
          'expected {"max": 100, "per": "1m"} with a window of 100ms to 24h, "unlimited" or null',
      })
      .nullable()
      .optional()
      .describe('Jobs that all worker processes together start in a window of time'),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'expected one setting at least')
  .meta({ id: 'QueuePatch' });

/** A live worker process. */
export const workerStatus = z
  .strictObject({
    id: z.string(),
    host: z.string(),
    pid: z.int(),
    version: z.string(),
    state: z
      .enum(['running', 'stopping'])
      .describe('A worker that is stopping starts no jobs; those that it runs may finish'),
    startedAt: z.iso.datetime(),
    lastHeartbeatAt: z.iso.datetime(),
    queues: z
      .array(z.strictObject({ name: z.string(), concurrency: z.int() }))
      .describe('What it takes jobs of, and how many it runs at once by now'),
    memory: z.strictObject({
      residentBytes: count.describe('Memory of the process'),
      heapBytes: count.describe('What JavaScript uses of it'),
    }),
    eventLoopDelayMs: z
      .number()
      .describe('99th percentile of how late timers were since the heartbeat before'),
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
export type QueueSettings = z.output<typeof queueSettings>;
export type QueuePatch = z.output<typeof queuePatch>;
/** A {@link QueuePatch} as a client writes it. */
export type QueuePatchInput = z.input<typeof queuePatch>;
export type WorkerStatus = z.output<typeof workerStatus>;
