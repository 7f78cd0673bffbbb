import { setTimeout as sleep } from 'node:timers/promises';
import { knownEnds, openBegin, openJobs } from '@drover/jobs/history/known';
import { type JobAddress, parseJobId, submittedAt } from '@drover/shared/job-id';
import { timeAt } from '@drover/shared/redis/clock';
import type { Hint } from './entries.ts';
import { type HeldJobs, heldJobs } from './held-jobs.ts';
import { type RecordingParts, recordJobs } from './record.ts';
import type { EventStream } from './streams.ts';

/** Rows of a page. */
const pageSize = 500;

/** What has not been seen for this long is read again, though nothing is amiss; milliseconds. */
const staleMs = 3_600_000;

/** Nothing is amiss: it rests this many times as long as it works. */
const restFactor = 4;

export interface ReconcileOptions {
  /** Something is known to be missing: all is looked at, without a rest. */
  readonly isUrgent: boolean;
  readonly signal: AbortSignal;
  /** Called between two pages. */
  onPage?(): Promise<void>;
}

const addressesOf = (ids: readonly string[], stream: EventStream): JobAddress[] =>
  ids.flatMap((id) => {
    const address = parseJobId(id);
    const isOurs = address?.queue === stream.queue && address.partition === stream.partition;
    return address && isOurs ? [address] : [];
  });

const endsInRedis = async (
  { redis, keys }: RecordingParts,
  addresses: readonly JobAddress[],
): Promise<(number | null)[]> => {
  const pipeline = redis.pipeline();
  for (const { queue, partition, id } of addresses) {
    pipeline.hget(keys.inQueue(queue, partition, id), 'finishedOn');
  }
  return ((await pipeline.exec()) ?? []).map(([err, finishedOn]) => {
    if (err) throw err;
    return finishedOn === null ? null : Number(finishedOn);
  });
};

/**
 * Those of the jobs that have no row, or one that tells of another end. One that has ended and whose day
 * was dropped had its row: recorded again, it would be counted again.
 */
const unrecorded = async (
  parts: RecordingParts,
  { ids, haveEnded }: HeldJobs,
  stream: EventStream,
): Promise<Hint[]> => {
  const addresses = addressesOf(ids, stream);
  if (addresses.length === 0) return [];
  const known = await knownEnds(parts.db, addresses);
  const ends = haveEnded ? await endsInRedis(parts, addresses) : [];
  const isDropped = (id: string) =>
    haveEnded && !known.has(id) && !parts.days.keeps(submittedAt(id) ?? 0);
  return addresses
    .filter(({ id }, n) => known.get(id) !== (ends[n] ?? null) && !isDropped(id))
    .map((address) => ({ address }));
};

/**
 * Makes up for changes of a queue's jobs, in one partition, that the recorder was not told of: records
 * what Redis holds and the history does not know, reads what has not ended as far as is known again, and
 * marks what is gone. Any number of processes may do so at once.
 * @returns how many jobs were recorded.
 */
export const reconcileQueue = async (
  stream: EventStream,
  parts: RecordingParts,
  { isUrgent, signal, onPage = async () => undefined }: ReconcileOptions,
): Promise<number> => {
  let recorded = 0;
  const origin = parts.keys.partition(stream.partition);
  // Rows carry the time of the node that holds their jobs.
  const now = await timeAt(parts.redis, stream.key);
  const begin = now - (isUrgent ? 0 : staleMs * 1_000);

  const record = async (hints: readonly Hint[], startedAt: number) => {
    if (hints.length > 0) recorded += await recordJobs(hints, parts);
    await onPage();
    const worked = performance.now() - startedAt;
    if (!isUrgent) await sleep(worked * restFactor, undefined, { signal }).catch(() => undefined);
  };

  for await (const page of heldJobs(parts, stream)) {
    if (signal.aborted) return recorded;
    const startedAt = performance.now();
    await record(await unrecorded(parts, page, stream), startedAt);
  }

  for (let after = openBegin; !signal.aborted; ) {
    const startedAt = performance.now();
    const range = { before: begin, after, limit: pageSize };
    const { ids, last } = await openJobs(parts.db, { queue: stream.queue, origin }, range);
    if (!last) return recorded;
    after = last;
    const addresses = addressesOf(ids, stream);
    await record(
      addresses.map((address) => ({ address, mayBeGone: true })),
      startedAt,
    );
  }
  return recorded;
};
