import type { WorkflowStatus, WorkflowSummary } from '@drover/jobs/contract/workflow';
import { indexKey, parseWorkflowId, ulidOf, workflowQueue } from '@drover/jobs/workflows/place';
import { readSummaries } from '@drover/jobs/workflows/read';
import { toSummary } from '@drover/jobs/workflows/summary';
import type { QueueSet } from '@drover/shared/queues/queue-set';

/** Which workflows, and how many. */
export interface OperatorsPage {
  /** Whose: of all of these tenants. */
  tenants: readonly string[];
  status: WorkflowStatus | undefined;
  /** Those before this one, by the end of its id; undefined: the newest. */
  before: string | undefined;
  limit: number;
}

const byAge = (one: string, other: string) => (ulidOf(one) < ulidOf(other) ? 1 : -1);

/** Ids of the newest of each tenant in each partition, in one round trip. */
const newestIds = async (
  { redis, keys }: Pick<QueueSet, 'redis' | 'keys'>,
  partitions: number,
  { tenants, status, before, limit }: OperatorsPage,
): Promise<string[]> => {
  const start = before === undefined ? '+' : `(${before}`;
  const places = tenants.flatMap((tenant) =>
    Array.from({ length: partitions }, (_, partition) => ({ tenant, partition })),
  );
  const each = await Promise.all(
    places.map(async ({ tenant, partition }) => {
      const key = indexKey(keys, partition, tenant, status ?? 'all');
      const ulids = await redis.zrange(key, start, '-', 'BYLEX', 'REV', 'LIMIT', 0, limit);
      return ulids.map((ulid) => `${workflowQueue}.${partition}.${ulid}`);
    }),
  );
  return each.flat().toSorted(byAge).slice(0, limit);
};

/**
 * Workflows of several tenants, the newest first. One that is just being forgotten is left out.
 * @returns them, and where the next page begins; null: this was the last.
 */
export const listWorkflowsOf = async (
  queues: Pick<QueueSet, 'redis' | 'keys'>,
  partitions: number,
  page: OperatorsPage,
): Promise<{ items: WorkflowSummary[]; next: string | null }> => {
  const ids = await newestIds(queues, partitions, { ...page, limit: page.limit + 1 });
  const shown = ids.slice(0, page.limit);
  const addresses = shown.map(parseWorkflowId).filter((address) => address !== undefined);
  const summaries = await readSummaries(queues, addresses);
  const last = shown.at(-1);
  return {
    items: summaries.filter((summary) => summary !== undefined).map(toSummary),
    next: ids.length > page.limit && last !== undefined ? ulidOf(last) : null,
  };
};
