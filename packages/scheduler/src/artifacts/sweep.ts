import type { ArtifactStore } from '@drover/shared/artifacts/store';
import { parseJobId } from '@drover/shared/job-id';
import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';

/** How much one sweep does at most. */
export interface SweepSize {
  /** Jobs that are looked at together. */
  pageSize: number;
  maxPages: number;
  /** Jobs whose files are removed. */
  maxRemovals: number;
}

const usualSize: SweepSize = { pageSize: 500, maxPages: 20, maxRemovals: 1_000 };

/** What a sweep has done, in jobs. */
export interface SweepReport {
  looked: number;
  /** Found to be gone for the first time: their files stay for the grace. */
  missing: number;
  removed: number;
}

export interface SweepOptions {
  store: ArtifactStore;
  redis: RedisClient;
  keys: Keys;
  /** How long a job must have been gone, without a break, before its files are removed; milliseconds. */
  graceMs: number;
}

/**
 * Removes the files of jobs that Redis holds no more. A job that is there keeps its files whatever its
 * state. One that is not is noted, and its files go when it was missing in every sweep of the grace:
 * so a Redis that has lost its memory, which takes the notes along, costs no file at once. A sweep
 * looks at a part of the store; the next one, of whichever process, goes on where it ended.
 */
export const createSweep = (
  { store, redis, keys, graceMs }: SweepOptions,
  { pageSize, maxPages, maxRemovals }: SweepSize = usualSize,
) => {
  const isGone = async (id: string): Promise<boolean> => {
    const job = parseJobId(id);
    return (
      job !== undefined && (await redis.exists(keys.inQueue(job.queue, job.partition, id))) === 0
    );
  };

  /** Notes which of them are gone, from now on or still, and forgets those that are there. */
  const note = async (jobs: readonly string[]): Promise<number> => {
    const gone = await Promise.all(jobs.map(isGone));
    const missing = jobs.filter((_, n) => gone[n]);
    const present = jobs.filter((_, n) => !gone[n]);
    if (present.length > 0) await redis.zrem(keys.missingArtifacts, ...present);
    if (missing.length === 0) return 0;
    const now = Date.now();
    return Number(
      await redis.zadd(keys.missingArtifacts, 'NX', ...missing.flatMap((job) => [now, job])),
    );
  };

  const look = async (report: SweepReport, signal: AbortSignal): Promise<void> => {
    let after = (await redis.get(keys.artifactCursor)) ?? undefined;
    for (let page = 0; page < maxPages && !signal.aborted; page += 1) {
      const jobs = await store.jobs(pageSize, after);
      report.missing += await note(jobs);
      report.looked += jobs.length;
      after = jobs.length < pageSize ? undefined : jobs.at(-1);
      if (after === undefined) {
        await redis.del(keys.artifactCursor);
        return;
      }
      await redis.set(keys.artifactCursor, after);
    }
  };

  const removeDue = async (report: SweepReport, signal: AbortSignal): Promise<void> => {
    const due = await redis.zrangebyscore(
      keys.missingArtifacts,
      '-inf',
      Date.now() - graceMs,
      'LIMIT',
      0,
      maxRemovals,
    );
    for (const job of due) {
      if (signal.aborted) return;
      // It may be back: from a backup, for one.
      if (await isGone(job)) {
        await store.remove(job);
        report.removed += 1;
      }
      await redis.zrem(keys.missingArtifacts, job);
    }
  };

  return async (signal: AbortSignal): Promise<SweepReport> => {
    const report: SweepReport = { looked: 0, missing: 0, removed: 0 };
    await look(report, signal);
    await removeDue(report, signal);
    return report;
  };
};
