import { z } from 'zod';

/** What BullMQ stores as a job's data: the payload and what Drover knows of the submission. */
export const jobEnvelope = z.looseObject({
  tenant: z.string(),
  payload: z.unknown(),
});

export type JobEnvelope = z.output<typeof jobEnvelope>;
