import type { JobAddress } from './job-id.ts';

/** Highest partition number there can ever be; ids with a higher one are malformed. */
export const maxPartition = 1_023;

/**
 * All names in Redis come from here. A partition is a BullMQ key prefix with a hash tag, so that all
 * keys of all queues of a partition share one slot of a Redis Cluster.
 */
export interface Keys {
  /** Prefix that BullMQ puts before every key of a partition: `{drover-0}`. */
  partition(number: number): string;
  /** A key of BullMQ's, or of ours beside them, of one queue in one partition: `{drover-0}:mail:wait`. */
  inQueue(queue: string, partition: number, name: string): string;
  /** Channel on which a job's changes are told. */
  changes(job: JobAddress): string;
  /** Channel on which the workers of a partition are told to cancel a running job. */
  cancellations(partition: number): string;
  /** What an Idempotency-Key stands for; `digest` is of tenant and key. */
  idempotency(partition: number, digest: string): string;
  /** What a tenant has submitted lately. Not in a partition, so that tenants spread over all slots. */
  throttle(tenant: string, policy: string): string;
  /** What a live worker process says of itself; `workers` is the index of these keys. */
  worker(id: string): string;
  readonly workers: string;
}

export const createKeys = (prefix: string): Keys => {
  const partition = (number: number) => `{${prefix}-${number}}`;
  const inQueue = (queue: string, number: number, name: string) =>
    `${partition(number)}:${queue}:${name}`;
  return {
    partition,
    inQueue,
    changes: ({ queue, partition: number, id }) => inQueue(queue, number, `${id}:changes`),
    cancellations: (number) => `${partition(number)}:cancellations`,
    idempotency: (number, digest) => `${partition(number)}:idempotency:${digest}`,
    throttle: (tenant, policy) => `${partition(0)}:throttle:${tenant}:${policy}`,
    worker: (id) => `${partition(0)}:worker:${id}`,
    workers: `${partition(0)}:workers`,
  };
};
