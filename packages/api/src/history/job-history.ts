import { toAddition } from '@drover/jobs/adding/to-addition';
import {
  type BulkPreview,
  type JobPage,
  maxCounted,
  sampleSize,
} from '@drover/jobs/contract/job-list';
import type { JobResource } from '@drover/jobs/contract/job-resource';
import { actionable, type BulkAction } from '@drover/jobs/history/bulk';
import { countHistory } from '@drover/jobs/history/count';
import type { HistoryFilter } from '@drover/jobs/history/filter';
import { readHistoryPage } from '@drover/jobs/history/page';
import { findRecorded } from '@drover/jobs/history/resources';
import { jobsCancel } from '@drover/jobs/jobs-cancel';
import { jobsRetry } from '@drover/jobs/jobs-retry';
import type { Queryable } from '@drover/shared/database/in-transaction';
import { Problem } from '@drover/shared/http/problem';
import { toAccepted } from '../jobs/intake.ts';
import type { JobStore } from '../jobs/store.ts';
import { createJobCursors } from './cursors.ts';
import { isUnprepared, withHistory } from './database.ts';
import { exportJobs } from './export.ts';
import { summarizeLive } from './live.ts';

/** What was asked of a change of many jobs. */
export interface AskedChange {
  filter: HistoryFilter & { until: number };
  /** Jobs a second, at most. */
  rate: number;
  /** Whose the job is that does it. */
  tenant: string;
}

/**
 * Jobs as Postgres remembers them, with what Redis says of those that have not ended. All but `find`
 * throw Problem `history-off` where nothing is recorded, and `store-unavailable` while Postgres is away.
 */
export interface JobHistory {
  list(
    filter: HistoryFilter,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<JobPage>;
  /**
   * The job as it was last recorded; undefined when there is none, or it is not that tenant's. Null is
   * any tenant.
   */
  find(id: string, tenant: string | null): Promise<JobResource | undefined>;
  /** All that fit as lines of JSON, some at a time. */
  export(filter: HistoryFilter, signal: AbortSignal): AsyncGenerator<string, void>;
  /** What a change of many jobs would do. */
  preview(action: BulkAction, filter: HistoryFilter): Promise<BulkPreview>;
  /** Submits the job that changes them. */
  change(action: BulkAction, asked: AskedChange): Promise<JobResource>;
}

export interface HistoryParts {
  db: Queryable;
  store: JobStore;
  partitions: number;
  /** Days that are kept; 0: nothing is recorded. */
  days: number;
}

const typesOf = { cancel: jobsCancel, retry: jobsRetry } as const;

export const createJobHistory = ({ db, store, partitions, days }: HistoryParts): JobHistory => {
  const cursors = createJobCursors(db);
  const isOn = days > 0;

  const requireOn = () => {
    if (!isOn) throw new Problem('history-off', 'This server records no history.');
  };

  const listLive = async (filter: HistoryFilter, page: { limit: number; cursor?: string }) => {
    const after = page.cursor === undefined ? undefined : await cursors.decode(page.cursor, filter);
    const { jobs, next } = await readHistoryPage(db, filter, { limit: page.limit, after });
    const items = await summarizeLive(store, jobs, filter);
    return { items, nextCursor: next ? await cursors.encode(next, filter) : null };
  };

  return {
    list: (filter, { limit, cursor }) =>
      withHistory(async () => {
        requireOn();
        return listLive(filter, { limit, ...(cursor !== undefined && { cursor }) });
      }),
    find: (id, tenant) =>
      withHistory(async () => {
        if (!isOn) return undefined;
        return findRecorded(db, id, tenant).catch((err: unknown) => {
          if (isUnprepared(err)) return undefined;
          throw err;
        });
      }),
    export: async function* (filter, signal) {
      requireOn();
      yield* exportJobs({ db, store }, filter, signal);
    },
    preview: (action, given) =>
      withHistory(async () => {
        requireOn();
        const filter = actionable(action, given);
        if (filter.status?.length === 0) return { count: 0, more: false, sample: [] };
        const counted = await countHistory(db, filter, maxCounted + 1);
        const { items } = await listLive(filter, { limit: sampleSize });
        return {
          count: Math.min(counted, maxCounted),
          more: counted > maxCounted,
          sample: items,
        };
      }),
    change: async (action, { filter, rate, tenant }) => {
      requireOn();
      const askedAt = Date.now();
      const counted = await withHistory(() =>
        countHistory(db, actionable(action, filter), maxCounted),
      );
      const payload = { filter, rate, matched: counted, askedAt };
      const { job } = toAddition({ type: typesOf[action], payload, tenant }, undefined, partitions);
      const [added] = await store.add([{ job }]);
      return (await toAccepted(store, job, added ?? { outcome: 'conflict' })).resource;
    },
  };
};
