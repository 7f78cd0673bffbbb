import { z } from 'zod';

/** A file that a job produced, as its result refers to it. */
export const artifact = z.strictObject({
  job: z.string(),
  name: z.string(),
  size: z.int().describe('Bytes'),
  mediaType: z.string(),
  url: z.string().describe('Where the API serves the file'),
});
