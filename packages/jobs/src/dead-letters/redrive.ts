import { setTimeout as sleep } from 'node:timers/promises';
import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import { isBulkType } from '../history/bulk.ts';
import { retryJob } from '../transitions/retry.ts';
import { isDead } from './entry.ts';
import type { Filter } from './filter.ts';
import { type ListedLetter, listDeadLetters, type Position } from './list.ts';
import type { DeadLetters } from './place.ts';

/**
 * Runs the job of a dead letter again, under the same id, if it is still dead as it was read.
 * @param change a payload that takes the place of the old one.
 * @returns false when another has redriven or retried it meanwhile.
 */
export const redriveJob = async (
  { queues }: Pick<DeadLetters, 'queues'>,
  address: JobAddress,
  job: StoredJob,
  change?: { payload: unknown },
): Promise<boolean> => isDead(job) && retryJob(queues, address, job, change);

/** What a bulk redrive has done. */
export interface BulkRedrive {
  redriven: number;
  /** Dead letters that others had redriven or deleted, and jobs that change many jobs. */
  skipped: number;
}

export interface BulkOptions {
  /** Jobs a second, at most. */
  rate: number;
  signal: AbortSignal;
  /** Told after each step how many dead letters have been looked at. */
  report(done: BulkRedrive): void;
}

/** Steps that a second has, as far as the rate lets it. */
const stepsPerSecond = 20;

const redriveListed = async (letters: DeadLetters, { id, at }: ListedLetter): Promise<boolean> => {
  const address = parseJobId(id);
  const job = address && (await letters.queues.read(address));
  return (
    address !== undefined &&
    job !== undefined &&
    job.finishedOn === at &&
    !isBulkType(job.name) &&
    redriveJob(letters, address, job)
  );
};

/**
 * Redrives all dead letters of a filter, the oldest first. What is redriven leaves the dead letters:
 * who is interrupted begins anew and goes on with what is left. A filter without `until` would also
 * find those that fail again.
 * @throws the reason of the signal when it aborts; connection errors.
 */
export const redriveAll = async (
  letters: DeadLetters,
  filter: Filter & { until: number },
  { rate, signal, report }: BulkOptions,
): Promise<BulkRedrive> => {
  const done = { redriven: 0, skipped: 0 };
  const limit = Math.max(1, Math.ceil(rate / stepsPerSecond));
  const stepMs = (limit / rate) * 1_000;
  let after: Position | undefined;
  for (;;) {
    signal.throwIfAborted();
    const startedAt = performance.now();
    const some = await listDeadLetters(letters, filter, { order: 'oldest-first', limit, after });
    if (some.length === 0) return done;
    const outcomes = await Promise.all(some.map((one) => redriveListed(letters, one)));
    const redriven = outcomes.filter(Boolean).length;
    done.redriven += redriven;
    done.skipped += some.length - redriven;
    report({ ...done });
    after = some.at(-1);
    const restMs = startedAt + stepMs - performance.now();
    if (restMs > 0) await sleep(restMs, undefined, { signal });
  }
};
