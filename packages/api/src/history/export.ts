import type { HistoryFilter } from '@drover/jobs/history/filter';
import type { ListedJob, Position } from '@drover/jobs/history/listed-job';
import { readHistoryPage } from '@drover/jobs/history/page';
import { readResources } from '@drover/jobs/history/resources';
import type { Queryable } from '@drover/shared/database/in-transaction';
import type { JobStore } from '../jobs/store.ts';
import { fitsStill, inParts, readAtOnce, readLive } from './live.ts';

/** Jobs that are looked for at once. */
const atOnce = 200;

interface ExportParts {
  db: Queryable;
  store: Pick<JobStore, 'read'>;
}

/**
 * Lines of jobs, a part at a time: those that had not ended are read from Redis when it is their turn. What
 * Redis has lost, and what does not fit any more, has none.
 */
const linesOf = async function* (
  { db, store }: ExportParts,
  jobs: readonly ListedJob[],
  filter: HistoryFilter,
) {
  const present = jobs.filter(({ isGone }) => !isGone);
  const listed = new Map(present.map((job) => [job.id, job]));
  const lineOf = async ({ id, resource }: { id: string; resource: string }) => {
    const job = listed.get(id);
    const now = job && (await readLive(store, job));
    if (!now) return [resource];
    return fitsStill(now.status, filter) ? [JSON.stringify(now)] : [];
  };
  for await (const recorded of readResources(db, present)) {
    for (const part of inParts(recorded, readAtOnce)) {
      const lines = (await Promise.all(part.map(lineOf))).flat();
      if (lines.length > 0) yield `${lines.join('\n')}\n`;
    }
  }
};

/**
 * All jobs that fit, the newest first, a line of JSON each and some lines at a time. Nothing is read
 * before what was read is asked for, and no connection is held meanwhile.
 * @throws errors of Postgres and Redis; the reason of the signal.
 */
export const exportJobs = async function* (
  parts: ExportParts,
  filter: HistoryFilter,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  let after: Position | undefined;
  do {
    const page = await readHistoryPage(parts.db, filter, { limit: atOnce, after });
    for await (const lines of linesOf(parts, page.jobs, filter)) {
      yield lines;
      signal.throwIfAborted();
    }
    after = page.next;
  } while (after);
};
