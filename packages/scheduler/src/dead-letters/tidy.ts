import { evictedAtOnce, evictOld, evictSurplus } from '@drover/jobs/dead-letters/evict';
import { enterMissing, forgetUntrue, type Place } from '@drover/jobs/dead-letters/sweep';
import { queueNames } from '@drover/jobs/definition/queues';
import type { QueueSet } from '@drover/shared/queues/queue-set';

/** Steps that one round takes over each queue at most; a step looks at some hundred jobs. */
const maxSteps = 40;

/** What a round has done. */
export interface TidyReport {
  /** Dead letters that were missing. */
  entered: number;
  /** Dead letters whose job is gone, or has not failed any more. */
  forgotten: number;
  /** Failed jobs whose time was over, and those beyond DEAD_LETTERS_MAX. */
  evicted: number;
}

export interface TidyOptions {
  queues: QueueSet;
  partitions: number;
  keepFailedMs: number;
  /** Dead letters that are kept of one queue, over all partitions. */
  max: number;
}

/** Walks over something in steps; a walk that is not over in one round is gone on with in the next. */
const createWalk = (begin: Place = '0') => {
  let place = begin;
  return async (step: (place: Place) => Promise<{ next: Place }>, signal: AbortSignal) => {
    for (let taken = 0; taken < maxSteps && !signal.aborted; taken += 1) {
      ({ next: place } = await step(place));
      if (place === begin) return;
    }
  };
};

/** Takes steps until one finds less than it may remove. */
const exhaust = async (step: () => Promise<number>, signal: AbortSignal): Promise<number> => {
  let removed = 0;
  for (let taken = 0; taken < maxSteps && !signal.aborted; taken += 1) {
    const some = await step();
    removed += some;
    if (some < evictedAtOnce) break;
  }
  return removed;
};

/**
 * Makes the dead letters agree with the failed jobs, which are the truth: a round makes what is
 * missing, removes what is not true any more, and evicts what is too old or too much. Rounds of
 * several processes may run at once: each step is idempotent.
 */
export const createTidy = ({ queues, partitions, keepFailedMs, max }: TidyOptions) => {
  const share = Math.ceil(max / partitions);
  const places = Array.from({ length: partitions }, (_, partition) => ({
    partition,
    entries: createWalk(),
    queues: queueNames.map((queue) => ({ at: { queue, partition }, failed: createWalk() })),
  }));

  return async (signal: AbortSignal): Promise<TidyReport> => {
    const report: TidyReport = { entered: 0, forgotten: 0, evicted: 0 };
    for (const { partition, entries, queues: each } of places) {
      for (const { at, failed } of each) {
        if (signal.aborted) return report;
        const enter = async (place: Place | 'newest') => {
          const { next, entered } = await enterMissing(queues, at, place);
          report.entered += entered;
          return { next };
        };
        // What a crash has just left out is among the newest.
        await enter('newest');
        await failed(enter, signal);
        report.evicted += await exhaust(() => evictOld(queues, at, keepFailedMs), signal);
        report.evicted += await exhaust(() => evictSurplus(queues, at, share), signal);
      }
      await entries(async (place) => {
        const { next, removed } = await forgetUntrue(queues, partition, place);
        report.forgotten += removed;
        return { next };
      }, signal);
    }
    return report;
  };
};
