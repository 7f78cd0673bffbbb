import { setTimeout as sleep } from 'node:timers/promises';
import { announce } from '@drover/jobs/transitions/announce';
import type { JobAddress } from '@drover/shared/job-id';
import type { Log } from '@drover/shared/log';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Job } from 'bullmq';
import { asText } from './as-text.ts';

/** Progress is written this often at most, in milliseconds. */
const minIntervalMs = 100;

/**
 * Writes a job's progress to Redis without flooding it: at most one write is under way, and of what
 * is reported meanwhile only the latest is written.
 */
export interface ProgressReporter {
  report(fraction: number, note?: string): void;
  /** Writes the latest report at once and takes no more. A write that fails is logged, not thrown. */
  close(): Promise<void>;
}

/** How far a job is, as it is stored. */
export interface ProgressReport {
  fraction: number;
  note?: string;
}

/** Longest note, in characters. */
const maxNoteLength = 200;

/** What a handler says of its progress, made fit to be stored; undefined when there is no sense in it. */
export const toReport = (fraction: unknown, note?: unknown): ProgressReport | undefined => {
  if (typeof fraction !== 'number' || !Number.isFinite(fraction)) return undefined;
  return {
    fraction: Math.min(1, Math.max(0, fraction)),
    ...(note !== undefined && { note: asText(note).slice(0, maxNoteLength) }),
  };
};

export const createProgressReporter = (
  queues: Pick<QueueSet, 'redis' | 'keys'>,
  { job, address }: { job: Pick<Job, 'updateProgress'>; address: JobAddress },
  log: Log,
): ProgressReporter => {
  const closing = new AbortController();
  let latest: ProgressReport | undefined;
  let writing: Promise<void> | undefined;

  const writeLatest = async () => {
    while (latest) {
      const report = latest;
      latest = undefined;
      try {
        await job.updateProgress(report);
        announce(queues, address, `progress ${JSON.stringify(report)}`);
      } catch (err) {
        log.warn({ err }, 'progress was not recorded');
      }
      await sleep(minIntervalMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
    writing = undefined;
  };

  return {
    report: (fraction, note) => {
      const report = toReport(fraction, note);
      if (closing.signal.aborted || !report) return;
      latest = report;
      writing ??= writeLatest();
    },
    close: async () => {
      closing.abort();
      await writing;
    },
  };
};
