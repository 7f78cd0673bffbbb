import type { Log } from '@drover/shared/log';
import type { Job } from 'bullmq';

/**
 * Writes a job's progress to Redis without flooding it: at most one write is under way, and of what
 * is reported meanwhile only the latest is written.
 */
export interface ProgressReporter {
  report(fraction: number, note?: string): void;
  /** Resolves when the latest report is written. A write that fails is logged, not thrown. */
  flush(): Promise<void>;
}

export const createProgressReporter = (
  job: Pick<Job, 'updateProgress'>,
  log: Log,
): ProgressReporter => {
  let latest: { fraction: number; note?: string } | undefined;
  let writing: Promise<void> | undefined;

  const writeLatest = async () => {
    while (latest) {
      const report = latest;
      latest = undefined;
      try {
        await job.updateProgress(report);
      } catch (err) {
        log.warn({ err }, 'progress was not recorded');
      }
    }
    writing = undefined;
  };

  return {
    report: (fraction, note) => {
      if (!Number.isFinite(fraction)) return;
      latest = {
        fraction: Math.min(1, Math.max(0, fraction)),
        ...(note !== undefined && { note: String(note).slice(0, 200) }),
      };
      writing ??= writeLatest();
    },
    flush: async () => writing,
  };
};
