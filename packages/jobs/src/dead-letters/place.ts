import type { Keys } from '@drover/shared/keys';
import type { QueueSet } from '@drover/shared/queues/queue-set';

/**
 * The BullMQ queue of the dead letters, in every partition. No worker consumes it: its entries are
 * kept as failed jobs, so that bull-board shows them with their errors, newest first.
 */
export const deadLetterQueue = 'dead-letters';

/** The dead letters of some partitions, usually of all. */
export interface DeadLetters {
  readonly queues: QueueSet;
  readonly partitions: readonly number[];
}

/** The dead letters of all partitions. */
export const deadLettersOf = (queues: QueueSet, partitions: number): DeadLetters => ({
  queues,
  partitions: Array.from({ length: partitions }, (_, number) => number),
});

/** What the names of all its keys begin with, in one partition. */
export const prefixOf = (keys: Keys, partition: number): string =>
  keys.inQueue(deadLetterQueue, partition, '');

/** Whose dead letters are looked at: one tenant's, or with null everybody's. */
export type Tenant = string | null;

/**
 * Every entry is indexed twice, among its tenant's and among all. A view has a set for each group,
 * `by:<view>:<group>`, its ids by the time of their failure; a hash of its groups, `causes:<view>`;
 * and how many groups each code of a type has, `classes:<view>`.
 */
export const viewOf = (tenant: Tenant): string => (tenant === null ? 'all' : `t:${tenant}`);
