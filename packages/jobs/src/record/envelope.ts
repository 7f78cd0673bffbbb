import { traceContext } from '@drover/shared/tracing/trace-context';
import { z } from 'zod';
import { settleTasks } from '../settling/tasks.ts';

/** Waits between attempts where the submission differs from the job type; milliseconds. */
const backoffOverride = z.object({
  kind: z.enum(['fixed', 'exponential']).optional(),
  delay: z.int().optional(),
  max: z.int().optional(),
  jitter: z.number().optional(),
});

/**
 * What BullMQ stores as a job's data: the payload and what Drover knows of the submission. Only what
 * differs from the defaults is there, for there may be millions of these. Milliseconds throughout.
 */
export const jobEnvelope = z.looseObject({
  tenant: z.string(),
  payload: z.unknown(),
  tags: z.array(z.string()).optional(),
  /** Longest run of an attempt. */
  timeout: z.int().optional(),
  backoff: backoffOverride.optional(),
  /** A job that has not started by then never will. */
  expiresAt: z.int().optional(),
  /** How long it can be read after it has finished. */
  retention: z.int().optional(),
  /** Attempts that were over when it was last retried by hand: its policy counts from there. */
  base: z.int().optional(),
  /** When that was, and which end of it comes next: see `settle-job.ts`. */
  since: z.number().optional(),
  round: z.number().optional(),
  /** What is to be done when it has ended: then it has a settle job. */
  settle: settleTasks.optional(),
  /** What it is a part of, where whoever submitted it is traced. */
  trace: traceContext.optional(),
  /** It cannot be done as it stands, and fails with this: a step whose payload could not be made. */
  refusal: z.object({ code: z.string(), message: z.string() }).optional(),
});

export type JobEnvelope = z.output<typeof jobEnvelope>;
