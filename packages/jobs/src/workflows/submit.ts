import { newJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { IdempotencyRecord } from '../adding/idempotency.ts';
import { partitionOf } from '../record/placement.ts';
import { addWorkflow } from './add.ts';
import { claimWorkflowKey } from './claim.ts';
import type { ValidWorkflow } from './parse.ts';
import { workflowKey, workflowQueue } from './place.ts';
import { planWorkflow } from './plan.ts';

/** What became of a submission; `id` is the workflow that stands for it, new or not. */
export type Submitted =
  | { outcome: 'added' | 'replayed'; id: string }
  /** The workflow that the idempotency key stands for is kept no more. */
  | { outcome: 'gone'; id: string }
  /** The idempotency key was used for something else. */
  | { outcome: 'conflict' };

/** Whose workflow it is, where it may live, and what makes it the same when it is submitted again. */
export interface SubmitOptions {
  tenant: string;
  /** How many partitions new workflows are spread over. */
  partitions: number;
  idempotency?: IdempotencyRecord | undefined;
  /** Of the idempotency record's partition; default a new one. */
  id?: string;
}

/**
 * Stores a workflow; it begins at once.
 * @throws Redis errors: then it is stored or it is not, and the same key finds out.
 */
export const submitWorkflow = async (
  queues: QueueSet,
  workflow: ValidWorkflow,
  { tenant, partitions, idempotency, ...options }: SubmitOptions,
): Promise<Submitted> => {
  const partition = idempotency?.partition ?? partitionOf(partitions);
  const id = options.id ?? newJobId(workflowQueue, partition);
  if (!idempotency) {
    await addWorkflow(queues, planWorkflow(workflow, { id, partition, tenant }));
    return { outcome: 'added', id };
  }
  const { redis, keys } = queues;
  const claimed = await claimWorkflowKey(queues, idempotency, id);
  if (claimed.is === 'conflict') return { outcome: 'conflict' };
  const own = claimed.is === 'replay' ? claimed.id : id;
  if (claimed.isStored) {
    const isKept = await redis.exists(workflowKey(keys, { id: own, partition, queue: '' }));
    return { outcome: isKept ? 'replayed' : 'gone', id: own };
  }
  const recordKey = keys.idempotency(partition, idempotency.digest);
  await addWorkflow(queues, planWorkflow(workflow, { id: own, partition, tenant }), recordKey);
  return { outcome: claimed.is === 'replay' ? 'replayed' : 'added', id: own };
};
