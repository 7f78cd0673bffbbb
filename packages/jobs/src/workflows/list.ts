import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { WorkflowStatus } from '../contract/workflow.ts';
import { indexKey, parseWorkflowId, workflowQueue } from './place.ts';
import { readSummaries, type StoredSummary } from './read.ts';

/** Which workflows, and how many. */
export interface WorkflowPage {
  tenant: string;
  status: WorkflowStatus | undefined;
  /** Those before this one, by the end of its id; undefined: the newest. */
  before: string | undefined;
  limit: number;
}

/** Ids of one partition, the newest first. */
const idsIn = async (
  { redis, keys }: Pick<QueueSet, 'redis' | 'keys'>,
  partition: number,
  { tenant, status, before, limit }: WorkflowPage,
): Promise<string[]> => {
  const key = indexKey(keys, partition, tenant, status ?? 'all');
  const start = before === undefined ? '+' : `(${before}`;
  const ulids = await redis.zrange(key, start, '-', 'BYLEX', 'REV', 'LIMIT', 0, limit);
  return ulids.map((ulid) => `${workflowQueue}.${partition}.${ulid}`);
};

const byAge = (one: string, other: string) => (one.slice(-26) < other.slice(-26) ? 1 : -1);

/**
 * Workflows of a tenant, the newest first. One that is just being forgotten is left out, so that a page
 * can have fewer than it might.
 * @returns them, and where the next page begins; undefined: this was the last.
 */
export const listWorkflows = async (
  queues: Pick<QueueSet, 'redis' | 'keys'>,
  partitions: number,
  page: WorkflowPage,
): Promise<{ items: StoredSummary[]; next: string | undefined }> => {
  const wanted = { ...page, limit: page.limit + 1 };
  const each = await Promise.all(
    Array.from({ length: partitions }, (_, partition) => idsIn(queues, partition, wanted)),
  );
  const ids = each.flat().toSorted(byAge);
  const shown = ids.slice(0, page.limit);
  const addresses = shown.map(parseWorkflowId).filter((address) => address !== undefined);
  const summaries = await readSummaries(queues, addresses);
  return {
    items: summaries.filter((summary) => summary !== undefined),
    next: ids.length > page.limit ? shown.at(-1)?.slice(-26) : undefined,
  };
};
