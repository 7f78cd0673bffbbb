import type { Queryable } from '@drover/shared/database/in-transaction';
import type { ListedJob } from './listed-job.ts';
import { type Found, firstMs, firstRows, growth, mostRows, type Range, startOf } from './range.ts';
import { type Search, walkOpen } from './steps.ts';

/**
 * Finds jobs that have not ended, by the index that has only these: some rows at a time, for a backlog may
 * be long and what fits rare in it. At the deadline it gives what it has, and how far it has looked.
 */
export const findOpen = async (
  db: Queryable,
  what: Search,
  { from, since, limit, deadline }: Range,
): Promise<Found> => {
  const jobs: ListedJob[] = [];
  let at = from;
  let span = firstMs;
  let rows = Math.max(firstRows, limit);
  do {
    const start = startOf(at, span, since);
    const part = { from: at, since: start, limit: limit - jobs.length, rows };
    const step = await walkOpen(db, what, part);
    jobs.push(...step.jobs);
    if (jobs.length >= limit) return { jobs, reached: jobs.at(-1) };
    if (step.stopped === 'at-end') {
      if (start === since) return { jobs, reached: undefined };
      at = { at: start, id: '' };
      span *= growth;
    } else {
      at = step.reached ?? at;
      rows = Math.max(mostRows, limit);
    }
  } while (performance.now() < deadline);
  return { jobs, reached: at };
};
