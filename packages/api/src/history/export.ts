import type { HistoryFilter } from '@drover/jobs/history/filter';
import type { Position } from '@drover/jobs/history/listed-job';
import { readHistoryPage } from '@drover/jobs/history/page';
import { readResources } from '@drover/jobs/history/resources';
import type { Queryable } from '@drover/shared/database/in-transaction';
import type { JobStore } from '../jobs/store.ts';
import { type LiveJob, resolveLive } from './live.ts';

/** Jobs that are looked for at once. */
const atOnce = 200;

const linesOf = async function* (db: Queryable, jobs: readonly LiveJob[]) {
  const live = new Map(
    jobs.flatMap(({ listed, resource }) => (resource ? [[listed.id, resource] as const] : [])),
  );
  const places = jobs.map(({ listed }) => listed);
  for await (const part of readResources(db, places)) {
    const lines = part.map(({ id, resource }) => {
      const now = live.get(id);
      return now ? JSON.stringify(now) : resource;
    });
    if (lines.length > 0) yield `${lines.join('\n')}\n`;
  }
};

/**
 * All jobs that fit, the newest first, a line of JSON each and some lines at a time. Nothing is read
 * before what was read is asked for, and no connection is held meanwhile.
 * @throws errors of Postgres and Redis; the reason of the signal.
 */
export const exportJobs = async function* (
  { db, store }: { db: Queryable; store: Pick<JobStore, 'read'> },
  filter: HistoryFilter,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  let after: Position | undefined;
  do {
    const page = await readHistoryPage(db, filter, { limit: atOnce, after });
    for await (const lines of linesOf(db, await resolveLive(store, page.jobs, filter))) {
      yield lines;
      signal.throwIfAborted();
    }
    after = page.next;
  } while (after);
};
