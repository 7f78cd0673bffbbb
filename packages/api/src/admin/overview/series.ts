import { type LoadSpan, readSpans } from '@drover/jobs/queue-samples/table';
import type { Queryable } from '@drover/shared/database/in-transaction';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { momentsOf, type Range, ranges } from './ranges.ts';

/** What the charts draw: for each moment what is known of it. */
export interface Series {
  readonly moments: readonly number[];
  readonly spans: readonly (LoadSpan | undefined)[];
}

/** @throws errors of Postgres. */
export const readSeries = async (
  { pool, queues }: { pool: Queryable; queues: Pick<QueueSet, 'keys'> },
  range: Range,
  now: number,
): Promise<Series> => {
  const moments = momentsOf(range, now);
  const { seconds } = ranges[range];
  // One span more: what was done in the first one is a difference as well.
  const after = (moments[0] ?? now) - 2 * seconds * 1_000;
  const keyPrefix = queues.keys.partition(0);
  const spans = await readSpans(pool, { keyPrefix, after, seconds });
  const byMoment = new Map(spans.map((span) => [span.at, span]));
  return { moments, spans: moments.map((at) => byMoment.get(at)) };
};
