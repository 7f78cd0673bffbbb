import type { LimitsByQueue } from '@drover/jobs/operations/configured-limits';
import type { Caches } from '@drover/shared/cache/cache';
import type { Queryable } from '@drover/shared/database/in-transaction';
import type { QueueSet } from '@drover/shared/queues/queue-set';

export interface OverviewParts {
  readonly queues: QueueSet;
  readonly partitions: number;
  /** What is configured of the queues. */
  readonly queueLimits: LimitsByQueue;
  readonly pool: Queryable;
  readonly caches: Caches;
}
