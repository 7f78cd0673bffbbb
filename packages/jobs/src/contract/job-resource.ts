import { z } from 'zod';

/** What a job can be; the terminal ones are {@link terminalStatuses}. */
export const jobStatuses = [
  'scheduled',
  'blocked',
  'queued',
  'running',
  'retrying',
  'succeeded',
  'failed',
  'canceled',
  'expired',
] as const;

/** A job in one of these is finished; only `POST /jobs/:id/retry` brings it back from the last three. */
export const terminalStatuses = ['succeeded', 'failed', 'canceled', 'expired'] as const;

export const jobStatus = z.enum(jobStatuses).meta({
  id: 'JobStatus',
  description:
    '`scheduled` waits for its time, `blocked` for other jobs, `queued` for a worker, `retrying` for its next attempt. `succeeded`, `failed`, `canceled` and `expired` are final.',
});
export type JobStatus = z.output<typeof jobStatus>;

export const isTerminal = (status: JobStatus): boolean =>
  (terminalStatuses as readonly JobStatus[]).includes(status);

const instant = z.iso.datetime().describe('RFC 3339, in UTC');

export const jobError = z
  .strictObject({
    code: z.string().describe('Stable and kebab-case'),
    message: z.string(),
    attempt: z.int().describe('The attempt that failed; 0 when none had begun'),
    retryable: z.boolean().describe('Whether another attempt could have helped'),
  })
  .meta({ id: 'JobError', description: 'How the latest attempt failed' });

export const attemptRecord = z
  .strictObject({
    attempt: z.int().describe('From 1; goes on counting when the job is retried or redriven'),
    outcome: z
      .enum(['succeeded', 'failed', 'canceled', 'lost'])
      .describe('`lost`: its worker died or was out of reach. The attempt was made again'),
    code: z.string().nullable().describe('Stable and kebab-case; null when it succeeded'),
    message: z.string().nullable(),
    worker: z.string().nullable().describe('Host and process that made it; null: not known'),
    startedAt: instant.nullable().describe('Null: not known'),
    durationMs: z.int().min(0).nullable().describe('Null: not known'),
    retryable: z.boolean().describe('Whether another attempt could have helped'),
  })
  .meta({ id: 'Attempt', description: 'How an attempt ended' });

export type AttemptRecord = z.output<typeof attemptRecord>;

/** A job as the API shows it. Instants are RFC 3339; what has not happened yet is null. */
export const jobResource = z
  .strictObject({
    id: z.string().describe('Opaque'),
    type: z.string(),
    queue: z.string(),
    tenant: z.string(),
    status: jobStatus,
    priority: z.int().describe('1 is first, 10 is last'),
    progress: z.number().min(0).max(1),
    attempts: z.strictObject({
      made: z.int().describe('Attempts that are over, with those before a retry'),
      max: z.int(),
      history: z
        .array(attemptRecord)
        .describe('Every attempt that is over, and those that were lost; the oldest first'),
    }),
    payload: z.unknown().describe('As submitted'),
    result: z.unknown().describe('What the job returned; null until it has succeeded'),
    error: jobError.nullable(),
    tags: z.array(z.string()),
    createdAt: instant,
    runAt: instant.describe('Before this it is not run: its scheduled time, or its next attempt'),
    startedAt: instant.nullable().describe('When its latest attempt began'),
    finishedAt: instant.nullable(),
    workflow: z
      .strictObject({ id: z.string(), step: z.string() })
      .optional()
      .describe('The workflow that it is a step of; absent for other jobs'),
    links: z.strictObject({
      self: z.string(),
      events: z.string(),
      logs: z.string(),
      workflow: z.string().optional(),
    }),
  })
  .meta({ id: 'Job' });

export type JobResource = z.output<typeof jobResource>;
