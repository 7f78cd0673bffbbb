import { setTimeout as sleep } from 'node:timers/promises';
import { createAddJob } from '@drover/jobs/adding/add-gathered';
import { addJobs } from '@drover/jobs/adding/add-jobs';
import type { Added, Addition } from '@drover/jobs/adding/addition';
import {
  type Admission,
  claimKey,
  type IdempotencyRecord,
  lookUpKey,
} from '@drover/jobs/adding/idempotency';
import type { LogLine } from '@drover/jobs/contract/job-events';
import type { JobResource } from '@drover/jobs/contract/job-resource';
import type { JobEnvelope } from '@drover/jobs/record/envelope';
import { findJob } from '@drover/jobs/record/find-job';
import { toResource } from '@drover/jobs/record/job-resource';
import { readLines } from '@drover/jobs/record/log-lines';
import { retryJob } from '@drover/jobs/transitions/retry';
import { withdraw } from '@drover/jobs/transitions/withdraw';
import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import type { Seen } from '../following/watches.ts';

/** A tenant's job as Redis holds it. */
export interface FoundJob {
  address: JobAddress;
  resource: JobResource;
}

/** The jobs in Redis, as the API meets them. Its errors are Redis errors. */
export interface JobStore {
  /** Resolves when Redis holds those that are not `failed`. */
  add(additions: readonly Addition[]): Promise<readonly Added[]>;
  /**
   * The same of one job, together with those of other requests of this moment.
   * @throws what its gate says when it is shut.
   */
  addOne(addition: Addition): Promise<Added>;
  /** @returns false when the idempotency key was used with another body. */
  claimKey(record: IdempotencyRecord): Promise<boolean>;
  /** @returns undefined when there is no such job, or it is another tenant's. */
  find(id: string, tenant: string): Promise<FoundJob | undefined>;
  /** The job at an address whose tenant is known to be right. */
  read(address: JobAddress): Promise<Seen | undefined>;
  /** What an idempotency key means now. */
  lookUpKey(record: IdempotencyRecord): Promise<Admission>;
  cancel(job: JobAddress): ReturnType<typeof withdraw>;
  /** @returns false when the job is in no state that can be retried. */
  retry(id: string, tenant: string): Promise<boolean>;
  readLines(
    job: JobAddress,
    page: { after: number; limit: number },
  ): Promise<{ lines: LogLine[]; total: number }>;
}

/** When the job will be too late to start, in milliseconds; undefined when it can never be. */
const expiryOf = (job: StoredJob): number | undefined =>
  job.attemptsStarted === 0 && job.finishedOn === undefined
    ? (job.data as JobEnvelope).expiresAt
    : undefined;

/** A job that has not started in time never will, whether or not a worker has come by to say so. */
const isOverdue = (job: StoredJob): boolean =>
  (expiryOf(job) ?? Number.POSITIVE_INFINITY) <= Date.now();

/** Whether it is what it seems: nobody is about to end it, or should. */
const isSteady = (job: StoredJob): boolean => job.place !== 'withdrawing' && !isOverdue(job);

/** How often, and after how many milliseconds, a job that is just being ended is read again. */
const settleRounds = 50;
const settleMs = 5;

export const createJobStore = (queues: QueueSet, options: { keepFailedMs: number }): JobStore => {
  const { keepFailedMs } = options;

  /** The job as soon as nobody is about to end it, which takes a moment. */
  const settled = async (address: JobAddress, job: StoredJob | undefined) => {
    let seen = job;
    for (let round = 0; seen?.place === 'withdrawing' && round < settleRounds; round += 1) {
      await sleep(settleMs);
      seen = await queues.read(address);
    }
    return seen;
  };

  const current = async (address: JobAddress, job: StoredJob | undefined) => {
    if (!job) return undefined;
    if (!isOverdue(job)) return settled(address, job);
    await withdraw(queues, address, 'expired', keepFailedMs);
    return settled(address, await queues.read(address));
  };

  const read: JobStore['read'] = async (address) => {
    const job = await current(address, await queues.read(address));
    return job && { resource: toResource(address, job), expiresAt: expiryOf(job) };
  };

  return {
    add: (additions) => addJobs(queues, additions),
    addOne: createAddJob(queues),
    claimKey: (record) => claimKey(queues, record),
    lookUpKey: (record) => lookUpKey(queues, record),
    find: async (id, tenant) => {
      const found = await findJob(queues, id, tenant);
      if (!found) return undefined;
      const { address } = found;
      const job = isSteady(found.job) ? found.job : await current(address, found.job);
      return job && { address, resource: toResource(address, job) };
    },
    read,
    cancel: (job) => withdraw(queues, job, 'canceled', keepFailedMs),
    retry: async (id, tenant) => {
      const found = await findJob(queues, id, tenant);
      return found !== undefined && retryJob(queues, found.address, found.job);
    },
    readLines: (job, page) => readLines(queues, job, page),
  };
};
