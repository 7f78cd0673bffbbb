import { z } from 'zod';

/** An error as RFC 9457 tells it. */
export const problemDocument = z
  .strictObject({
    type: z.string().describe('`/problems/<code>`, a page that explains it'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong with this very request, and what to do'),
    instance: z.string().describe('Path of the request'),
    errors: z
      .array(
        z.strictObject({
          pointer: z.string().describe('JSON Pointer (RFC 6901) into the body'),
          message: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });

export type ProblemDocument = z.output<typeof problemDocument>;
