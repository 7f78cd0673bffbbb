import { markGone, writeKnownEnd } from '@drover/jobs/history/ended';
import { type HistoryRow, toRow } from '@drover/jobs/history/row';
import { writeRows } from '@drover/jobs/history/write';
import { sqlStateOf } from '@drover/shared/database/failures';
import type { Queryable } from '@drover/shared/database/in-transaction';
import type { Keys } from '@drover/shared/keys';
import type { Log } from '@drover/shared/log';
import { readJobsAt } from '@drover/shared/queues/read-jobs-at';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import type { RedisClient } from '@drover/shared/redis/client';
import type { Days } from './days.ts';
import type { Hint } from './entries.ts';
import { createTurns, type Turns } from './turns.ts';
import { unheard } from './unheard.ts';

export interface RecordingParts {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly db: Queryable;
  readonly days: Days;
  readonly log: Log;
}

/** Jobs that one command reads, and one statement writes; bytes of jobs that are in hand at once, about. */
const readAtOnce = 50;
const writtenAtOnce = 250;
const bytesAtOnce = 4_194_304;

/** Jobs as they were found, and those that were not. */
interface Found {
  readonly rows: HistoryRow[];
  readonly missing: Hint[];
  bytes: number;
  /** When the last of them was read, in microseconds of the clock of Redis. */
  at: number;
}

/** A job that cannot be told of in a row is none of ours, or broken: it must not hold up the others. */
const rowOf = (
  { address }: Hint,
  job: StoredJob,
  at: number,
  { keys, log }: RecordingParts,
): HistoryRow | undefined => {
  try {
    return toRow(address, job, at, keys.partition(address.partition));
  } catch (err) {
    log.error({ err, jobId: address.id }, 'a job cannot be recorded');
    return undefined;
  }
};

/** Reads jobs, some at a time; the next are on their way while those are worked on. */
async function* readSome(hints: readonly Hint[], { redis, keys }: RecordingParts) {
  const readFrom = (place: number) => {
    const some = hints.slice(place, place + readAtOnce);
    const addresses = some.map(({ address }) => address);
    return unheard(readJobsAt({ redis, keys }, addresses, bytesAtOnce));
  };
  if (hints.length === 0) return;
  let next = 0;
  let reading = readFrom(next);
  while (next < hints.length) {
    const { at, jobs } = await reading;
    const first = next;
    next += jobs.length;
    if (next < hints.length) reading = readFrom(next);
    yield { at, found: jobs.map((job, n) => ({ hint: hints[first + n] as Hint, job })) };
  }
}

const nothing = (): Found => ({ rows: [], missing: [], bytes: 0, at: 0 });

/** Finds jobs, until there are enough for one statement. */
async function* findInBatches(
  hints: readonly Hint[],
  parts: RecordingParts,
): AsyncGenerator<Found> {
  let batch = nothing();
  for await (const { at, found } of readSome(hints, parts)) {
    batch.at = at;
    for (const { hint, job } of found) {
      if (!job) batch.missing.push(hint);
      const row = job && rowOf(hint, job, at, parts);
      if (!row) continue;
      batch.rows.push(row);
      batch.bytes += row.resource.length;
    }
    if (batch.rows.length >= writtenAtOnce || batch.bytes >= bytesAtOnce) {
      yield batch;
      batch = nothing();
    }
  }
  yield batch;
}

/** What a statement was refused for because of a value in it, not of the time: another try is in vain. */
const isRefusedValue = (err: unknown): boolean => /^(22|23|54)/.test(sqlStateOf(err) ?? '');

/** Writes rows; those that Postgres will not have are found out and left out, so that the others get in. */
const writeThose = async (rows: readonly HistoryRow[], parts: RecordingParts): Promise<void> => {
  try {
    await writeRows(parts.db, rows);
  } catch (err) {
    if (!isRefusedValue(err)) throw err;
    if (rows.length === 1) {
      parts.log.error({ err, jobId: rows[0]?.id }, 'a job cannot be recorded');
      return;
    }
    const half = Math.ceil(rows.length / 2);
    await writeThose(rows.slice(0, half), parts);
    await writeThose(rows.slice(half), parts);
  }
};

/** Records what is known of jobs that Redis does not have any more. */
const recordMissing = async ({ missing, at }: Found, { db, log }: RecordingParts) => {
  for (const { address, end } of missing) {
    const isKnown = end && (await writeKnownEnd(db, { address, ...end }));
    if (isKnown === false)
      log.debug({ jobId: address.id }, 'a job was gone before it was recorded');
  }
  const gone = missing
    .flatMap(({ address, end, mayBeGone }) => (mayBeGone && !end ? [address] : []))
    // In one order, as rows are written: two who mark the same ones must not lock each other out.
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  await markGone(db, gone, at);
};

/** Jobs that are being recorded. */
export interface Recording {
  /** All jobs have been read, and their rows are on their way: others may follow. */
  readonly read: Promise<void>;
  /** How many rows there were: all are committed. It rejects when none is under way any more. */
  readonly done: Promise<number>;
}

/**
 * Begins to record jobs of one partition as they are now. Jobs are read while those before them are
 * written; statements that are under way at once may have rows of the same jobs.
 * @param turns of the statements.
 */
export const startRecording = (
  hints: readonly Hint[],
  parts: RecordingParts,
  turns: Turns,
): Recording => {
  const writes: Promise<void>[] = [];
  let count = 0;
  let hasFailed = false;

  const write = async (found: Found) => {
    try {
      await parts.days.prepare(found.rows);
      await writeThose(found.rows, parts);
      await recordMissing(found, parts);
      count += found.rows.length;
    } catch (err) {
      hasFailed = true;
      throw err;
    } finally {
      turns.end();
    }
  };

  const readAll = async () => {
    for await (const found of findInBatches(hints, parts)) {
      if (hasFailed) return;
      await turns.begin();
      writes.push(unheard(write(found)));
    }
  };

  const read = unheard(readAll());
  const finish = async (): Promise<number> => {
    const [reading] = await Promise.allSettled([read]);
    const written = await Promise.allSettled(writes);
    const failed = [...written, reading].find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    return count;
  };
  return { read, done: unheard(finish()) };
};

/**
 * Records jobs of one partition as they are now. When it resolves, all of them are committed.
 * @returns how many rows there were.
 * @throws connection errors of Redis and Postgres; done again, it does no harm.
 */
export const recordJobs = (hints: readonly Hint[], parts: RecordingParts): Promise<number> =>
  startRecording(hints, parts, createTurns(1)).done;
