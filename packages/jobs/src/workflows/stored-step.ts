import { z } from 'zod';

/** What a step is, as its workflow keeps it: see `lua.ts`, which reads it, too. */
export const storedStep = z.object({
  name: z.string(),
  job: z.string(),
  type: z.string(),
  /** Places of the steps that it needs, and of those that need it. */
  needs: z.array(z.int()),
  next: z.array(z.int()),
  /** Whether the workflow goes on when it fails. */
  may: z.boolean().optional(),
  /** The step that runs when it fails. */
  rescue: z.int().optional(),
  /** Whether it runs only when others fail. */
  handler: z.boolean().optional(),
  /** Whether other steps take its result: then it is kept, whatever its size. */
  taken: z.boolean().optional(),
  /** Places of the steps whose results stand in its payload, by their names. */
  from: z.record(z.string(), z.int()).optional(),
  /** There when its release is more than a move: its payload has references, or its time is not now. */
  prepared: z
    .object({
      /** Milliseconds from its release, or an instant. */
      delay: z.number().optional(),
      runAt: z.number().optional(),
      /** Milliseconds from its release, or from when it may run. */
      expiresIn: z.number().optional(),
      expiresAfter: z.number().optional(),
    })
    .optional(),
});

export type StoredStep = z.output<typeof storedStep>;

/** How a step ended, as its workflow keeps it. */
export const storedOutcome = z.object({
  status: z.enum(['succeeded', 'failed', 'canceled', 'expired']),
  /** When it ended, and when its latest attempt began, in milliseconds. */
  at: z.number(),
  begun: z.number().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** `workflow`: it was not the step's own doing, but that of the end of its workflow. */
  by: z.literal('workflow').optional(),
  /** Whether its result is too large to be kept here. */
  large: z.boolean().optional(),
});

export type StoredOutcome = z.output<typeof storedOutcome>;
