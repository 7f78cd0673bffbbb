import { z } from 'zod';

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
});

export type JobEnvelope = z.output<typeof jobEnvelope>;
