import type { JobSummary } from '@drover/jobs/contract/job-list';
import { isTerminal, type JobResource } from '@drover/jobs/contract/job-resource';
import { queueNames } from '@drover/jobs/definition/queues';
import type { HistoryFilter } from '@drover/jobs/history/filter';
import type { ListedJob } from '@drover/jobs/history/listed-job';
import { liveSummary, recordedSummary } from '@drover/jobs/history/summary';
import { parseJobId } from '@drover/shared/job-id';
import type { JobStore } from '../jobs/store.ts';

/** Jobs that are read from Redis at once: one may hold megabytes. */
export const readAtOnce = 20;

/** An array in parts of that size, the last of which may be smaller. */
export const inParts = function* <T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
};

/**
 * A job of the history as Redis has it; undefined where what was recorded holds.
 * @throws Redis errors.
 */
export const readLive = async (
  store: Pick<JobStore, 'read'>,
  { id, status }: Pick<ListedJob, 'id' | 'status'>,
): Promise<JobResource | undefined> => {
  if (isTerminal(status)) return undefined;
  const address = parseJobId(id);
  if (!address || !(queueNames as readonly string[]).includes(address.queue)) return undefined;
  return (await store.read(address))?.resource;
};

/** Whether a job's status, as it is now, fits a filter still. */
export const fitsStill = (now: string, { status }: Pick<HistoryFilter, 'status'>): boolean =>
  !status || status.includes(now);

/**
 * Jobs of the history as they are now: those that had not ended are read from Redis, some at once. One
 * whose status does not fit the filter any more is left out, as is one that Redis has lost.
 * @throws Redis errors.
 */
export const summarizeLive = async (
  store: Pick<JobStore, 'read'>,
  jobs: readonly ListedJob[],
  filter: Pick<HistoryFilter, 'status'>,
): Promise<JobSummary[]> => {
  const summarize = async (job: ListedJob): Promise<JobSummary> => {
    const resource = await readLive(store, job);
    return resource ? liveSummary(resource, job) : recordedSummary(job);
  };
  const shown: JobSummary[] = [];
  const present = jobs.filter(({ isGone }) => !isGone);
  for (const part of inParts(present, readAtOnce)) {
    shown.push(...(await Promise.all(part.map(summarize))));
  }
  return shown.filter(({ status }) => fitsStill(status, filter));
};
