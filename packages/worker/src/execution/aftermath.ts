import { enterDeadLetter } from '@drover/jobs/dead-letters/enter';
import { backoffDelayMs } from '@drover/jobs/definition/retry-policy';
import { type JobEnvelope, jobEnvelope } from '@drover/jobs/record/envelope';
import { keepFor } from '@drover/jobs/record/retention';
import { announce } from '@drover/jobs/transitions/announce';
import { noteRetrying } from '@drover/jobs/transitions/indexes';
import { withdraw } from '@drover/jobs/transitions/withdraw';
import type { JobAddress } from '@drover/shared/job-id';
import type { Job } from 'bullmq';
import type { Workshop } from './workshop.ts';

/** A job that is not ours has no options of ours. */
const envelopeOf = (job: Pick<Job, 'data'>): Partial<JobEnvelope> =>
  jobEnvelope.safeParse(job.data).data ?? {};

/**
 * Milliseconds until the next attempt, by the job's own policy where it has one, else its type's. A
 * job that was retried by hand begins its policy anew.
 */
export const retryDelayOf = (
  job: Pick<Job, 'name' | 'data'>,
  failures: number,
  { catalog }: Workshop,
): number => {
  const type = catalog.get(job.name);
  if (!type) return 0;
  const { backoff, base = 0 } = envelopeOf(job);
  const policy = { ...type.retry.backoff, ...definedIn(backoff) };
  return backoffDelayMs(policy, Math.max(1, failures - base));
};

/** An override without its gaps, which would hide the type's own values. */
const definedIn = (override: JobEnvelope['backoff']) =>
  Object.fromEntries(Object.entries(override ?? {}).filter(([, value]) => value !== undefined));

/**
 * What is left to do when BullMQ has stored an attempt's outcome: keep the job for as long as it was
 * asked, make its dead letter, count it where it waits, tell its followers. Should the process die
 * before, the job is kept for the default time, the janitor makes the dead letter, and followers find
 * out by themselves.
 */
export const afterAttempt = async (
  outcome: 'completed' | 'failed',
  job: Job,
  address: JobAddress,
  { queues, keep }: Workshop,
  areTold = false,
): Promise<void> => {
  if (job.finishedOn !== undefined) {
    await keepFor(queues, address, {
      set: outcome,
      finishedOn: job.finishedOn,
      retentionMs: envelopeOf(job).retention,
      defaultMs: outcome === 'completed' ? keep.succeededMs : keep.failedMs,
    });
    if (outcome === 'failed') await enterDeadLetter(queues, address);
  } else {
    const isCanceled = await noteRetrying(queues, address, Date.now() + (job.delay ?? 0));
    if (isCanceled) await withdraw(queues, address, 'canceled', keep.failedMs);
  }
  if (!areTold) announce(queues, address, 'status');
};
