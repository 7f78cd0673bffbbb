import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import type { EventStream } from './streams.ts';

/** An entry of a stream as Redis gives it; without fields where it has been trimmed meanwhile. */
export type RawEntry = readonly [id: string, fields: readonly string[] | null];

/** How a job ended, as the stream tells it. */
export interface ToldEnd {
  readonly status: 'succeeded' | 'failed';
  /** Milliseconds, by the clock of its Redis. */
  readonly at: number;
  /** The result as JSON, or the message of the failure. */
  readonly value: string;
}

/** That a job has changed. What it is now is read from Redis; only what is gone needs the rest. */
export interface Hint {
  readonly address: JobAddress;
  end?: ToldEnd;
  /** If it is not there, it was removed before it had ended, or Redis has lost it. */
  mayBeGone?: boolean;
}

/** The entries that tell of a change of a job's state. Progress is none. */
const changes: ReadonlySet<string> = new Set([
  'added',
  'waiting',
  'delayed',
  'waiting-children',
  'active',
  'completed',
  'failed',
  'removed',
]);

const fieldOf = (fields: readonly string[], name: string): string => {
  for (let n = 0; n + 1 < fields.length; n += 2) {
    if (fields[n] === name) return fields[n + 1] as string;
  }
  return '';
};

const endOf = (event: string, id: string, fields: readonly string[]): ToldEnd | undefined => {
  const at = Number.parseInt(id, 10);
  if (event === 'completed') {
    return { status: 'succeeded', at, value: fieldOf(fields, 'returnvalue') };
  }
  return event === 'failed'
    ? { status: 'failed', at, value: fieldOf(fields, 'failedReason') }
    : undefined;
};

/** Adds what entries of a stream tell to what is known of the jobs already: one hint for each. */
export const addHints = (
  hints: Map<string, Hint>,
  { queue, partition }: EventStream,
  entries: readonly RawEntry[],
): void => {
  for (const [id, fields] of entries) {
    if (!fields) continue;
    const event = fieldOf(fields, 'event');
    if (!changes.has(event)) continue;
    const job = fieldOf(fields, 'jobId');
    const address = hints.get(job)?.address ?? parseJobId(job);
    if (!address || address.queue !== queue || address.partition !== partition) continue;
    const hint = hints.get(job) ?? { address };
    const end = endOf(event, id, fields);
    if (end) hint.end = end;
    if (event === 'removed') hint.mayBeGone = true;
    hints.set(job, hint);
  }
};
