import type { JobSummary } from '@drover/jobs/contract/job-list';
import { isTerminal, type JobResource } from '@drover/jobs/contract/job-resource';
import { queueNames } from '@drover/jobs/definition/queues';
import type { HistoryFilter } from '@drover/jobs/history/filter';
import type { ListedJob } from '@drover/jobs/history/listed-job';
import { liveSummary, recordedSummary } from '@drover/jobs/history/summary';
import { parseJobId } from '@drover/shared/job-id';
import type { JobStore } from '../jobs/store.ts';

/** A job of the history as it is now. */
export interface LiveJob {
  readonly listed: ListedJob;
  readonly summary: JobSummary;
  /** As Redis has it; undefined where what was recorded holds. */
  readonly resource: JobResource | undefined;
}

const readLive = async (
  store: Pick<JobStore, 'read'>,
  listed: ListedJob,
): Promise<JobResource | undefined> => {
  if (isTerminal(listed.status) || listed.isGone) return undefined;
  const address = parseJobId(listed.id);
  if (!address || !(queueNames as readonly string[]).includes(address.queue)) return undefined;
  return (await store.read(address))?.resource;
};

/**
 * Jobs of the history as they are now: those that had not ended are read from Redis, all together. One
 * whose status does not fit the filter any more is left out.
 * @throws Redis errors.
 */
export const resolveLive = async (
  store: Pick<JobStore, 'read'>,
  jobs: readonly ListedJob[],
  { status }: Pick<HistoryFilter, 'status'>,
): Promise<readonly LiveJob[]> => {
  const live = await Promise.all(
    jobs.map(async (listed): Promise<LiveJob> => {
      const resource = await readLive(store, listed);
      const summary = resource ? liveSummary(resource, listed) : recordedSummary(listed);
      return { listed, summary, resource };
    }),
  );
  return live.filter(({ summary }) => !status || status.includes(summary.status));
};
