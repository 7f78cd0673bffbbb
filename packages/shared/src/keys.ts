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
  /** How many workers have fallen silent without saying that they end. */
  readonly workersLost: string;
  readonly workersLostLately: string;
  /** What operators have set of the queues, and the channel on which a change is told. */
  readonly queueSettings: string;
  readonly queueSettingsChanges: string;
  /** The webhook endpoints of a tenant, and the secrets that its webhooks are signed with. */
  webhookEndpoints(tenant: string): string;
  webhookSecrets(tenant: string): string;
  /** Which tenants have endpoints, how often any was changed, and the channel on which that is told. */
  readonly webhookTenants: string;
  readonly webhookVersion: string;
  readonly webhookChanges: string;
  /** Queues whose history has a gap; who closes gaps now; that gaps were looked for lately. */
  historyOwed(partition: number): string;
  historySweep(partition: number): string;
  historySwept(partition: number): string;
  /** What became of the last slots of a schedule, which is named as `tenant/id`. */
  scheduleRuns(schedule: string): string;
  /** The schedules that stand in the scheduler's code, and how often each schedule was repaired. */
  readonly declaredSchedules: string;
  readonly scheduleRepairs: string;
  /** Which process takes the sample of the queues of this moment. */
  readonly queueSampler: string;
  /** What operators have done, until the scheduler has moved it to Postgres. */
  readonly audit: string;
  /** Jobs that have files and are gone, by when that was first seen. */
  readonly missingArtifacts: string;
  /** Which process sweeps the artifacts, and how far the sweep is. */
  readonly artifactSweep: string;
  readonly artifactCursor: string;
  /** A value of a cache, and the lock of whoever makes it. All of the caches share one hash tag. */
  cacheEntry(cache: string, version: number, key: string): string;
  cacheLock(cache: string, version: number, key: string): string;
  /** When each value of a cache was used last, and how large it is. */
  cacheUses(cache: string): string;
  cacheSizes(cache: string): string;
  /** When the values of a cache, and those with a tag, were last invalidated. */
  cacheStamp(cache: string): string;
  cacheTag(tag: string): string;
  /** Counts the invalidations; which caches there are; the channel on which changes are told. */
  readonly cacheClock: string;
  readonly cacheNames: string;
  readonly cacheChanges: string;
}

export const createKeys = (prefix: string): Keys => {
  const partition = (number: number) => `{${prefix}-${number}}`;
  const inQueue = (queue: string, number: number, name: string) =>
    `${partition(number)}:${queue}:${name}`;
  const caches = `{${prefix}-cache}`;
  return {
    partition,
    inQueue,
    changes: ({ queue, partition: number, id }) => inQueue(queue, number, `${id}:changes`),
    cancellations: (number) => `${partition(number)}:cancellations`,
    idempotency: (number, digest) => `${partition(number)}:idempotency:${digest}`,
    throttle: (tenant, policy) => `${partition(0)}:throttle:${tenant}:${policy}`,
    worker: (id) => `${partition(0)}:worker:${id}`,
    workers: `${partition(0)}:workers`,
    workersLost: `${partition(0)}:workers:lost`,
    workersLostLately: `${partition(0)}:workers:lost-lately`,
    queueSettings: `${partition(0)}:queue-settings`,
    queueSettingsChanges: `${partition(0)}:queue-settings:changes`,
    webhookEndpoints: (tenant) => `${partition(0)}:webhook-endpoints:${tenant}`,
    webhookSecrets: (tenant) => `${partition(0)}:webhook-secrets:${tenant}`,
    webhookTenants: `${partition(0)}:webhook-tenants`,
    webhookVersion: `${partition(0)}:webhook-version`,
    webhookChanges: `${partition(0)}:webhook-changes`,
    historyOwed: (number) => `${partition(number)}:history:owed`,
    historySweep: (number) => `${partition(number)}:history:sweep`,
    historySwept: (number) => `${partition(number)}:history:swept`,
    scheduleRuns: (schedule) => `${partition(0)}:schedule-runs:${schedule}`,
    declaredSchedules: `${partition(0)}:declared-schedules`,
    scheduleRepairs: `${partition(0)}:schedule-repairs`,
    queueSampler: `${partition(0)}:queue-sampler`,
    audit: `${partition(0)}:audit`,
    missingArtifacts: `${partition(0)}:artifacts:missing`,
    artifactSweep: `${partition(0)}:artifacts:sweep`,
    artifactCursor: `${partition(0)}:artifacts:cursor`,
    cacheEntry: (cache, version, key) => `${caches}:entry:${cache}:${version}:${key}`,
    cacheLock: (cache, version, key) => `${caches}:lock:${cache}:${version}:${key}`,
    cacheUses: (cache) => `${caches}:uses:${cache}`,
    cacheSizes: (cache) => `${caches}:sizes:${cache}`,
    cacheStamp: (cache) => `${caches}:stamp:${cache}`,
    cacheTag: (tag) => `${caches}:tag:${tag}`,
    cacheClock: `${caches}:clock`,
    cacheNames: `${caches}:names`,
    cacheChanges: `${caches}:changes`,
  };
};
