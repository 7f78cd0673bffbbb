import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from '@drover/shared/database/in-transaction';
import { parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { toResource } from '../record/job-resource.ts';
import { retryJob } from '../transitions/retry.ts';
import { withdraw } from '../transitions/withdraw.ts';
import type { HistoryFilter } from './filter.ts';
import type { ListedJob, Position } from './listed-job.ts';
import { openStatuses } from './open-statuses.ts';
import { readHistoryPage } from './page.ts';
import { untilRecorded } from './recorded.ts';

/** What can be done to all jobs of a filter, each with the statuses of those that it can be done with. */
export const bulkActions = {
  cancel: openStatuses,
  retry: ['failed', 'canceled', 'expired'],
} as const satisfies Record<string, readonly string[]>;

export type BulkAction = keyof typeof bulkActions;

const bulkTypes: readonly string[] = ['jobs.cancel', 'jobs.retry', 'dead-letters.redrive'];

/**
 * Whether jobs of a type change many jobs. They are not changed with these; and such a job may do more
 * than its tenant's keys may, so what an admin asked for, an admin asks for again.
 */
export const isBulkType = (type: string): boolean => bulkTypes.includes(type);

/** The jobs of a filter that something can be done with. */
export const actionable = (action: BulkAction, filter: HistoryFilter): HistoryFilter => {
  const possible: readonly string[] = bulkActions[action];
  const status = (filter.status ?? possible).filter((one) => possible.includes(one));
  return { ...filter, status: [...status] };
};

/** What a change of many jobs has done. */
export interface BulkChange {
  /** Jobs that were canceled, or told to stop; or that run again. */
  changed: number;
  /** Jobs that had ended, were changed by others or are gone. */
  skipped: number;
  /** Changes of jobs that were not in the history when it began: it may have passed over as many jobs. */
  unrecorded: number;
}

export interface BulkOptions {
  /** When it was asked for, in milliseconds: what ends later is not retried. */
  askedAt: number;
  /** Jobs a second, at most. */
  rate: number;
  signal: AbortSignal;
  /** Told after each step how many jobs have been looked at. */
  report(done: BulkChange): void;
}

export interface BulkParts {
  db: Queryable;
  queues: QueueSet;
  partitions: number;
  keepFailedMs: number;
}

/** Steps that a second has, as far as the rate lets it. */
const stepsPerSecond = 20;

/** How long it waits at most for the recorder to write down what is there when it begins, in milliseconds. */
const recordingMs = 10_000;

const changeOne = async (
  { queues, keepFailedMs }: BulkParts,
  action: BulkAction,
  { id, type }: ListedJob,
  { status, askedAt }: { status: readonly string[]; askedAt: number },
): Promise<boolean> => {
  const address = parseJobId(id);
  if (!address || isBulkType(type)) return false;
  const job = await queues.read(address);
  if (!job || !status.includes(toResource(address, job).status)) return false;
  if (action === 'retry') {
    return (job.finishedOn ?? 0) <= askedAt && retryJob(queues, address, job);
  }
  const answer = await withdraw(queues, address, 'canceled', keepFailedMs);
  return answer === 'withdrawn' || answer === 'running';
};

/**
 * Cancels or retries all jobs of a filter, the newest first, when the history has them. Who is interrupted
 * begins anew, and passes over what is done.
 * @throws the reason of the signal when it aborts; errors of Postgres and Redis.
 */
export const changeAll = async (
  parts: BulkParts,
  action: BulkAction,
  given: HistoryFilter,
  { askedAt, rate, signal, report }: BulkOptions,
): Promise<BulkChange> => {
  const filter = actionable(action, given);
  const which = { status: filter.status ?? [], askedAt };
  const done = { changed: 0, skipped: 0, unrecorded: 0 };
  if (which.status.length === 0) return done;
  const limit = Math.max(1, Math.ceil(rate / stepsPerSecond));
  const stepMs = (limit / rate) * 1_000;
  const { redis, keys } = parts.queues;
  const places = { redis, keys, partitions: parts.partitions };
  done.unrecorded = await untilRecorded(places, { withinMs: recordingMs, signal });
  let after: Position | undefined;
  do {
    signal.throwIfAborted();
    const startedAt = performance.now();
    const page = await readHistoryPage(parts.db, filter, { limit, after });
    const outcomes = await Promise.all(
      page.jobs.map((job) => changeOne(parts, action, job, which)),
    );
    const changed = outcomes.filter(Boolean).length;
    done.changed += changed;
    done.skipped += outcomes.length - changed;
    report({ ...done });
    after = page.next;
    const restMs = after ? startedAt + stepMs - performance.now() : 0;
    if (restMs > 0) await sleep(restMs, undefined, { signal });
  } while (after);
  return done;
};
