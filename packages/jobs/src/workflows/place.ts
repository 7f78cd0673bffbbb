import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import type { Keys } from '@drover/shared/keys';
import type { WorkflowStatus } from '../contract/workflow.ts';

/**
 * Workflows have ids and channels as jobs have, of a queue that no worker consumes. A workflow, its
 * steps and their settle jobs live in one partition.
 */
export const workflowQueue = 'workflow';

/** Where a workflow lives; undefined when the text is no id of one. */
export const parseWorkflowId = (id: string): JobAddress | undefined => {
  const address = parseJobId(id);
  return address?.queue === workflowQueue ? address : undefined;
};

/** What the names of all keys of a partition begin with. */
export const partitionPrefix = (keys: Keys, partition: number): string =>
  `${keys.partition(partition)}:`;

/** The hash of a workflow: see `record.ts` for its fields. */
export const workflowKey = (keys: Keys, { partition, id }: JobAddress): string =>
  keys.inQueue(workflowQueue, partition, id);

/** The part of an id that its partition's indexes hold: it sorts by time. */
export const ulidOf = (id: string): string => id.slice(-26);

/** The workflows of a tenant, or those of one status. All have the same score: they sort by time. */
export const indexKey = (
  keys: Keys,
  partition: number,
  tenant: string,
  status: WorkflowStatus | 'all',
): string => keys.inQueue(workflowQueue, partition, `${status}:${tenant}`);

/** Workflows that run, by when they changed last, in milliseconds. */
export const openKey = (keys: Keys, partition: number): string =>
  keys.inQueue(workflowQueue, partition, 'open');
