import { z } from 'zod';
import { jobResource } from './job-resource.ts';
import { problemDocument } from './problem.ts';

/** What became of one item of a batch; its place in the list is its place in the request. */
export const batchItem = z
  .union([
    z.strictObject({ status: z.literal(202), job: jobResource }),
    z.strictObject({ status: z.int().min(400), problem: problemDocument }),
  ])
  .meta({ id: 'BatchItem' });

/** Answer of `POST /jobs/batch`. */
export const batchResult = z
  .strictObject({ accepted: z.int(), rejected: z.int(), items: z.array(batchItem) })
  .meta({ id: 'BatchResult' });

export type BatchItem = z.output<typeof batchItem>;
export type BatchResult = z.output<typeof batchResult>;
